"""What is compared: a strategy, its people, its name."""
