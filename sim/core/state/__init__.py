"""The state of a world: its records, its calendar, its attributes."""
