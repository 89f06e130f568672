"""Codes of the machine as plain numbers: reading them off a class takes twice as long."""

from sim.population.streams import Purpose
from sim.register.register import Context, JourneyOutcome, Outcome

# Where a contact is.
NEW, IN_DIALOGUE, QUEUED, IN_SERVICE, DONE, STALE = range(6)

# How a contact ended.
ABANDONED = Outcome.ABANDONED
CLOSED = Outcome.CLOSED
CUT_OFF = Outcome.CUT_OFF
HANDED_OVER = Outcome.HANDED_OVER
LEFT = Outcome.LEFT
OPEN = Outcome.OPEN
RESOLVED = Outcome.RESOLVED
SAVED = Outcome.SAVED
SUPERSEDED = Outcome.SUPERSEDED
TRANSFERRED = Outcome.TRANSFERRED
UNREACHED = Outcome.UNREACHED
UNRESOLVED = Outcome.UNRESOLVED

# How a journey ended.
JOURNEY_CHURNED = JourneyOutcome.CHURNED
JOURNEY_GIVEN_UP = JourneyOutcome.GIVEN_UP
JOURNEY_OPEN = JourneyOutcome.OPEN
JOURNEY_RESOLVED = JourneyOutcome.RESOLVED
JOURNEY_SAVED = JourneyOutcome.SAVED

# Whether what happened before in the journey was known.
PASSED = Context.PASSED
REPEATED = Context.REPEATED

# What each uniform of a contact's draws is for.
FOR_ANSWER = Purpose.ANSWER
FOR_AUTO_RESOLVE = Purpose.AUTO_RESOLVE
FOR_AUTO_TIME = Purpose.AUTO_TIME
FOR_CHOICE = Purpose.CHOICE
FOR_DELAY = Purpose.DELAY
FOR_DETECT = Purpose.DETECT
FOR_PATIENCE = Purpose.PATIENCE
FOR_POLICY = Purpose.POLICY
FOR_RECOGNISE = Purpose.RECOGNISE
FOR_REDIAL = Purpose.REDIAL
FOR_RESOLVE = Purpose.RESOLVE
FOR_RETURN = Purpose.RETURN
FOR_SALE = Purpose.SALE
FOR_SEARCH = Purpose.SEARCH
FOR_SIGHT = Purpose.SIGHT
FOR_STEER = Purpose.STEER
FOR_SURVEY = Purpose.SURVEY
FOR_SURVEY_NOISE = Purpose.SURVEY_NOISE
FOR_TALK = Purpose.TALK
FOR_TRANSFER = Purpose.TRANSFER
FOR_TREATMENT = Purpose.TREATMENT
FOR_WRAP_UP = Purpose.WRAP_UP
