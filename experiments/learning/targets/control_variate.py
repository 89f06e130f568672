"""Taking known luck out of what decisions brought: a control variate for resolutions and sales.

Whether a contact is resolved is a draw at a probability that the simulator knows. What resolving
is worth, times (resolved - probability), has expectation zero whatever was decided before; taken
out of the money it leaves every expectation as it is, and much less variance (as the martingale
control variates of Henderson & Glynn 2002 do). The same for the sale of a resolved contact. Only
training in a simulator can do this: a real firm's outcomes come without their chances.
"""

from __future__ import annotations

import numpy as np

from experiments.learning.targets.changes import Changes, Listener
from experiments.learning.targets.firm_value import FirmValue
from policies.value.expected_value import ExpectedValue


def known_luck(listener: Listener, value: FirmValue, tables: ExpectedValue) -> Changes:
    """Return the luck of resolutions and sales, in money with the opposite sign.

    Args:
        listener: what was heard, luck included.
        value: what moods are worth.
        tables: what a resolution is worth by intent, by the firm's figures (another figure than the
            true one takes out less luck, and moves no expectation).
    """
    rows, world = listener.rows("luck"), listener.world
    customer, intent = rows["customer"], rows["intent"]
    worth = np.array(tables.saved)[intent] + np.array(tables.sale)[intent, rows["channel"]]
    unit = np.array(world.compiled.mood_weight)[rows["segment"], intent]
    mood = unit * value.per_mood(world.customers, customer) * np.array(tables.gain)[intent]
    worth = worth + np.where(rows["going"] == 0, mood, 0.0)
    missed = rows["expected"] - rows["came"]
    return Changes(customer, rows["time_s"], np.where(rows["sale"] == 1, missed, missed * worth))
