"""Which days are fitted on, and which are held out."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from experiments.calibration.held_out import chosen_days, described, divided
from sim import InputError

CALLS = pl.DataFrame({"day": [date(1999, 2, n) for n in (1, 3, 4)]})


def test_days_are_chosen_by_their_number() -> None:
    assert [day.day for day in chosen_days(CALLS, None)] == [1, 3, 4]
    assert [day.day for day in chosen_days(CALLS, "1, 3")] == [1, 3]
    assert [day.day for day in chosen_days(CALLS, "3", "--train")] == [3]
    assert described(chosen_days(CALLS, "1,3")) == "February 1999, days 1, 3"


@pytest.mark.parametrize(
    ("days", "key", "said"),
    [
        ("31", "--days", "--days: '31' is not a day of the log; nearest is 4"),
        ("2", "--train", "--train: '2' is not a day of the log; nearest is 1"),
        ("x", "--train", "--train: 'x' is not a day of the log"),
    ],
)
def test_a_day_that_is_not_there_is_refused_by_the_name_of_its_option(
    days: str, key: str, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        chosen_days(CALLS, days, key)


def test_every_other_day_is_held_out_unless_days_are_named() -> None:
    fitted, tested = divided(CALLS, None, "--train")
    assert [day.day for day in fitted["day"]] == [1, 4]
    assert [day.day for day in tested["day"]] == [3]
    fitted, tested = divided(CALLS, "3", "--train")
    assert [day.day for day in tested["day"]] == [1, 4]
    with pytest.raises(InputError, match="--train: no day is left to predict"):
        divided(CALLS, "1,3,4", "--train")
