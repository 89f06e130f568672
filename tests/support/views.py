"""Views made by hand, of a small bench firm, and the rules that look at them."""

from experiments.validation.conformance.firm import bench_firm
from policies import registry
from policies.actions import Actions
from sim import Kind
from sim.decisions.view import Candidate, CustomerView, Load, Profile, View

FIRM = bench_firm()
ACT = Actions(FIRM)
PHONE, CHAT, IVR, BOT, APP, EMAIL, CALLBACK, NOTE = range(8)
DIGITAL, CLASSIC = 0, 1
BILL, FAULT = 0, 1
NOON = 12 * 3600.0
QUIET = Load(True, 0, 0.0, 2, 3, 0.0)
SELF_SERVICE = Load(True, 0, 0.0, 0, 0, 0.0)
CLOSED = Load(False, 0, 0.0, 0, 0, 0.0)
CUSTOMERS_OWN = (PHONE, CHAT, BOT, APP, EMAIL)


def busy(wait_s, waiting=10):
    return Load(True, waiting, 0.0, 0, 3, wait_s)


def loads(**changed):
    row = [QUIET, QUIET, SELF_SERVICE, SELF_SERVICE, SELF_SERVICE, QUIET, QUIET, SELF_SERVICE]
    names = list(FIRM.channels)
    for name, load in changed.items():
        row[names.index(name)] = load
    return tuple(row)


def customer(
    intent=BILL, segment=DIGITAL, channel=PHONE, *, margin=30.0, attempt=1, automated=False
):
    return CustomerView(7, segment, intent, 1.0, margin, attempt, 0.0, channel, 0.0, automated)


def profile():
    return Profile(3, 1, 0, 20.0, PHONE, 2.0, 0, 0)


def entry(requested, *, who=None, load=None, channels=CUSTOMERS_OWN, hidden=None, u=0.5):
    actions = tuple(sorted(ACT.entry[c] for c in {*channels, requested}))
    seen = who or customer(channel=requested)
    args = (Kind.ENTRY, NOON, NOON, actions, ACT.entry[requested], seen, profile())
    return View(*args, load or loads(), None, hidden, u)


def escalation(*reach, who=None, load=None):
    actions = (ACT.go_on, ACT.end, *(ACT.escalate[c] for c in reach))
    default = actions[2] if reach else ACT.go_on
    seen = who or customer(channel=BOT, automated=True)
    args = (Kind.ESCALATION, NOON, NOON, actions, default, seen, profile())
    return View(*args, load or loads(), None, None, 0.5)


def wrap_up(who=None, *, hidden=None):
    actions = (ACT.nothing, ACT.recover, ACT.survey, ACT.message, *ACT.wrap_up_offers)
    args = (Kind.WRAP_UP, NOON, NOON, actions, ACT.nothing, who or customer(), profile())
    return View(*args, loads(), None, hidden, 0.5)


def cancel(who, hidden=None):
    actions = (ACT.release, *ACT.cancel_offers)
    args = (Kind.CANCEL, NOON, NOON, actions, ACT.release, who, profile())
    return View(*args, loads(), None, hidden, 0.5)


def candidate(queue, *, wait=60.0, backlog=False, intent=BILL, margin=50.0, hazard=0.1, channel=0):
    return Candidate(
        queue, channel, intent, CLASSIC, 1, wait, backlog, margin, hazard, 300.0, 400.0
    )


def dispatch(*candidates):
    actions = tuple(ACT.queue[c.queue] for c in candidates)
    args = (Kind.DISPATCH, NOON, NOON, actions, actions[0], None, None, None, candidates)
    return View(*args, None, 0.5)


def which_team(*teams):
    actions = tuple(ACT.team[t] for t in teams)
    args = (Kind.DISPATCH, NOON, NOON, actions, actions[0], customer(), None, None, None)
    return View(*args, None, 0.5)


def make(name, scenario=FIRM, **params):
    return registry.make(name, scenario, params)


def channel_of(policy, view):
    return ACT.target[policy.decide(view)]
