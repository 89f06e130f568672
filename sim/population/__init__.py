"""Who the customers are, and when they need something."""
