"""Agents seen through their calls: stints, speed, attention, queues."""
