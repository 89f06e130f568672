"""One clock of units: how many seconds a minute, an hour, a day, … have.

Every time in the simulator is a float in seconds. A month is a twelfth of a year of 365.25 days.
"""

from __future__ import annotations

from typing import Final

MINUTE_S: Final = 60.0
HOUR_S: Final = 3600.0
DAY_S: Final = 86400.0
WEEK_S: Final = 604800.0
DAYS_PER_YEAR: Final = 365.25
DAYS_PER_MONTH: Final = DAYS_PER_YEAR / 12
YEAR_S: Final = DAYS_PER_YEAR * DAY_S
MONTH_S: Final = DAYS_PER_MONTH * DAY_S
HOURS_PER_WEEK: Final = 168
