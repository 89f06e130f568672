"""Codes of channels as plain numbers, which tables, core and metrics share."""

from typing import Final

# Kinds of channels.
LIVE: Final = 0
AUTOMATED: Final = 1
ASYNCHRONOUS: Final = 2
CALLBACK: Final = 3
OUTBOUND: Final = 4

# What a channel does with its line when it closes.
KEEP: Final = 0
FINISH_QUEUE: Final = 1
SEND_AWAY: Final = 2

SLOT_S: Final = 300.0
"""Opening hours are rounded to slots of the week."""
