"""Learned policies: networks and scores that decide, and their files."""
