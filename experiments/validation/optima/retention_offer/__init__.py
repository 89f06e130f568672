"""Recovery and retention offers over a customer's moods."""
