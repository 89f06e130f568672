"""Bot or human."""
