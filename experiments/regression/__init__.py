"""Has behaviour changed? Runs against recorded baselines."""
