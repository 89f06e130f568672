"""Agents seen through their calls: duty periods, speed, attention, queues."""
