"""Optichannel's simulator: a firm's customer journeys over many channels.

Importing it registers the Gymnasium environments, without importing Gymnasium.
"""

from sim.registration import register_when_loaded

register_when_loaded()
