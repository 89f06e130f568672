"""Codes of the register as plain numbers."""

from typing import Final

# How a contact ended.
RESOLVED: Final = 0
UNRESOLVED: Final = 1
ABANDONED: Final = 2
HANDED_OVER: Final = 3
TRANSFERRED: Final = 4
CLOSED: Final = 5
UNREACHED: Final = 6
SUPERSEDED: Final = 7
LEFT: Final = 8
SAVED: Final = 9
CUT_OFF: Final = 10
OPEN: Final = 11

# How a journey ended.
JOURNEY_RESOLVED: Final = 0
JOURNEY_GIVEN_UP: Final = 1
JOURNEY_CHURNED: Final = 2
JOURNEY_OPEN: Final = 3
JOURNEY_SAVED: Final = 4

# Whether the firm steered a contact off the requested channel.
NOT_STEERED: Final = 0
ACCEPTED: Final = 1
REFUSED: Final = 2

# Whether what happened before in the journey was known.
FIRST: Final = 0
PASSED: Final = 1
REPEATED: Final = 2

# How a customer left, or nearly.
DEPARTS_SILENTLY: Final = 0
DEPARTS_ANNOUNCED: Final = 1
DEPARTS_NOT: Final = 2

# Where a signal comes from.
FROM_CONTACT: Final = 0
FROM_SURVEY: Final = 1
FROM_USAGE: Final = 2
FROM_SOCIAL: Final = 3
FROM_NOTE: Final = 4

# What a signal says, and its value:
SIGNAL_OUTCOME: Final = 0  # coded: 1 resolved, 0 not
SIGNAL_SELF_SERVICE: Final = 1  # a failure of self-service that was seen: 1
SIGNAL_SENTIMENT: Final = 2  # experience as read
SIGNAL_CSAT: Final = 3  # answer
SIGNAL_CES: Final = 4  # answer
SIGNAL_NPS: Final = 5  # answer
SIGNAL_USAGE: Final = 6  # leaving risk as read off a week's usage, log-odds
SIGNAL_INACTIVE: Final = 7  # 1
SIGNAL_POST: Final = 8  # experience as read
SIGNAL_NOTE: Final = 9  # number of the concern noted
SIGNAL_STEERING: Final = 10  # number of the channel offered + 1; below 0: refused
