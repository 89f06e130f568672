"""What a policy may see and do: kinds and actions, the view, the features."""
