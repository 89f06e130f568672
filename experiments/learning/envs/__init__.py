"""The worlds of a training as vectorised environments."""
