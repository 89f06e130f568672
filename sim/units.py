"""One clock of units: how many seconds a minute, an hour, a day, … have.

Every time in the simulator is a float in seconds. A month is a twelfth of a year of 365.25 days.
"""

from __future__ import annotations

MINUTE_S = 60.0
HOUR_S = 3600.0
DAY_S = 86400.0
WEEK_S = 604800.0
DAYS_PER_YEAR = 365.25
DAYS_PER_MONTH = DAYS_PER_YEAR / 12
YEAR_S = DAYS_PER_YEAR * DAY_S
MONTH_S = DAYS_PER_MONTH * DAY_S
HOURS_PER_WEEK = 168
