"""References computed apart from the simulator: queues, retention, exact optima."""
