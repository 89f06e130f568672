"""Offer a callback to who meets a queue."""
