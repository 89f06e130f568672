"""How records are got by number; compiled, the same names are pointers into blocks of rows.

One accessor for each class of records (``contact_at``); what is made and freed has two more.
The handlers, through which every event goes, write ``world.contacts.rows[c]`` instead, which the
generator turns into the same accessor: interpreted, a call costs more than what it fetches.
"""

from sim.core.accessors.policies import *
from sim.core.accessors.rows import *
from sim.core.accessors.rules import *
from sim.core.accessors.state import *
from sim.core.records.bundles import World
from sim.core.records.firm import Firm


def make_firm() -> Firm:
    return Firm()


def make_world(firm: Firm) -> World:
    return World(firm)
