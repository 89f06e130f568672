"""Learning: environments for Stable-Baselines3, and what is trained in them."""
