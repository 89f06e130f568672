"""What differs from day to day, as random effects."""
