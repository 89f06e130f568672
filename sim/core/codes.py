"""Codes of the machine as plain numbers."""

from typing import Final

# Where a contact is.
NEW: Final = 0
IN_DIALOGUE: Final = 1
QUEUED: Final = 2
IN_SERVICE: Final = 3
DONE: Final = 4
STALE: Final = 5

# Kinds of decisions.
DECIDE_ENTRY: Final = 0
DECIDE_ESCALATION: Final = 1
DECIDE_DISPATCH: Final = 2
DECIDE_WRAP_UP: Final = 3
DECIDE_CANCEL: Final = 5

# Who takes a kind of decision.
BY_DEFAULT: Final = 0
BY_RULE: Final = 1
BY_OTHERS: Final = 2

# Forms of rules.
RULE_CUSTOMER_CHOICE: Final = 0
RULE_RANDOM: Final = 1
RULE_BOT_FIRST: Final = 2
RULE_CHEAPEST_CHANNEL: Final = 3
RULE_LEAST_EXPECTED_WAIT: Final = 4
RULE_LONGEST_IDLE: Final = 5
RULE_CMU_THETA: Final = 6
RULE_SILO: Final = 7
RULE_THRESHOLDS: Final = 8
RULE_VALUE_AT_RISK: Final = 9
RULE_BEST_CHANNEL: Final = 10
RULE_GIVEN: Final = 11
RULE_LEARNED: Final = 12

# What a rule knows of what is hidden, and by whose chances of resolution it values channels.
BY_FIGURES: Final = 0  # nothing: the firm's figures of the segment
BY_TRAITS: Final = 1  # the truth about customer and need, not the luck
BY_DICE: Final = 2  # the luck too
BY_BELIEF: Final = 3  # what signals say of the customer
BY_SCORE: Final = 4  # what a predictor says

# Verbs of actions.
TO_CHANNEL: Final = 0
GO_ON: Final = 1
END: Final = 2
TO_QUEUE: Final = 3
TO_TEAM: Final = 4
DO_NOTHING: Final = 5
RECOVER: Final = 6
SURVEY: Final = 7
MESSAGE: Final = 8
OFFER: Final = 9
RELEASE: Final = 10

# When what a customer said passes on.
NEXT_DAY: Final = 1
AT_ONCE: Final = 2  # 0: never

# Events.
ON_NEED: Final = 0
ON_DAY: Final = 1
ON_AUTOMATED_END: Final = 2
ON_SERVICE_END: Final = 3
ON_WRAP_UP_END: Final = 4
ON_HANG_UP: Final = 5
ON_OVERFLOW: Final = 6
ON_RETURN: Final = 7
ON_SIGN_ON: Final = 8
ON_SIGN_OFF: Final = 9
ON_BREAK: Final = 10
ON_BREAK_END: Final = 11
ON_ENTER: Final = 12
ON_CHURN: Final = 13
ON_CANCEL_CALL: Final = 14
ON_CLOSING: Final = 15
ON_BACK: Final = 16
ON_RESTORED: Final = 17

# Why ``advance`` comes back.
REACHED: Final = 0  # the time asked for
DECISION: Final = 1  # a decision is to be taken outside
MIDNIGHT: Final = 2  # a day is to be laid out
FOREIGN: Final = 3  # an event of a process outside comes first
ASKED: Final = 4  # a policy in Python is to be asked before a learner's next decision
WATCHED: Final = 5  # a number that a process outside waits for has come

RANK_OURS: Final = -2  # of equal times; SimPy's are 1, 0 (urgent), -1 (what a stop has left)
FOREVER: Final = 1e300
ENDLESS: Final = float("inf")
