"""Optichannel's simulator: a firm's customer journeys over many channels."""
