"""What an experiment config says: strategies, staffing, fronts, names."""
