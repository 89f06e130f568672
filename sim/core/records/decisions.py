"""What belongs to a decision: what is asked, what is legal, what the firm sees, what is shown."""

from __future__ import annotations

from dataclasses import dataclass

from sim.native_types import Float, Int, Small


@dataclass(slots=True, eq=False)
class Question:
    """A decision to be taken; the agenda holds those of this moment."""

    kind: Small = 0
    contact: Small = -1
    agent: Small = -1
    outcome: Small = 0
    behind: Small = -1


@dataclass(slots=True, eq=False)
class Legal:
    """A legal action of the decision at hand."""

    action: Small = 0


@dataclass(slots=True, eq=False)
class Option:
    """A queue that an agent may serve now."""

    queue: Small = 0


@dataclass(slots=True, eq=False)
class EntryRange:
    """Where the legal entries of one situation stand among ``Entry``; n is -1 until asked for."""

    first: Small = 0
    n: Small = -1


@dataclass(slots=True, eq=False)
class Entry:
    """A legal entry action."""

    action: Small = 0


@dataclass(slots=True, eq=False)
class Decides:
    """Who takes one kind of decision: see ``deciding``."""

    who: Small = 0
    rule: Small = 0
    outside: Small = 0  # 1: it waits for who advances the world, a learner say


@dataclass(slots=True, eq=False)
class SeenCustomer:
    """What is known of the customer of a decision; see ``sim.decisions.view.CustomerView``."""

    customer: Small = -1
    segment: Small = -1
    intent: Small = 0
    accuracy: Float = 1.0  # how probably the intent is right
    margin_per_month: Float = 0.0
    attempt: Small = 1
    journey_h: Float = 0.0
    channel: Small = 0
    wait_s: Float = 0.0
    automated: Small = 0
    recovered: Small = 0


@dataclass(slots=True, eq=False)
class SeenProfile:
    """What the visible rows of the last 90 days say; see ``sim.decisions.view.Profile``."""

    contacts: Small = 0
    failures: Small = 0
    abandoned: Small = 0
    hours_since_last: Float = 0.0
    last_channel: Small = -1
    mean_wait_min: Float = 0.0
    transfers: Small = 0
    repeats: Small = 0


@dataclass(slots=True, eq=False)
class SeenIntent:
    """How probable an intent is, given what is known; one record an intent."""

    probability: Float = 0.0


@dataclass(slots=True, eq=False)
class SeenBelief:
    """What the firm believes of a customer; the mean of the segment where it knows nothing."""

    known: Small = 0
    churn: Float = 0.0  # rate a month, or probability per renewal
    ability_mean: Float = 0.0
    ability_variance: Float = 0.0
    acceptance_mean: Float = 0.0
    acceptance_variance: Float = 0.0
    feeling: Float = 0.0  # mean of what was read, one neutral reading added
    contacts: Float = 0.0  # faded sums
    failures: Float = 0.0
    usage: Float = 0.0  # mean reading, shrunk by how many there were
    inactive: Float = 0.0
    tenure: Float = 0.0  # renewals survived
    need_mean: Float = 0.0  # difficulty of the need of the contact, in log-odds
    need_variance: Float = 0.0
    slope: Float = 0.0  # of a learned score of resolution, by the intercept; 0: there is none


@dataclass(slots=True, eq=False)
class SeenFit:
    """What the firm believes of a customer's fit to a channel; one record a channel."""

    mean: Float = 0.0
    variance: Float = 0.0
    score: Float = 0.0  # learned, of resolution there: the part that no intent changes
    # Log-odds of resolution beyond intercepts, and what spreads divide them by; see ``chances``.
    odds_mean: Float = 0.0
    odds_root: Float = 1.0
    usual_mean: Float = 0.0  # of the mean customer
    usual_root: Float = 1.0


@dataclass(slots=True, eq=False)
class SeenReason:
    """How probable a concern is the customer's; one record a concern."""

    probability: Float = 0.0


@dataclass(slots=True, eq=False)
class SeenLoad:
    """How busy a channel is; see ``sim.decisions.view.Load``."""

    open: Small = 1
    waiting: Small = 0
    oldest_wait_s: Float = 0.0
    idle: Small = 0
    on_duty: Small = 0
    expected_wait_s: Float = 0.0


@dataclass(slots=True, eq=False)
class SeenCandidate:
    """The head of a queue that an agent may serve; see ``sim.decisions.view.Candidate``."""

    queue: Small = 0
    channel: Small = 0
    intent: Small = 0
    segment: Small = -1
    waiting: Small = 0
    wait_s: Float = 0.0
    backlog: Small = 0
    margin_per_month: Float = 0.0
    hazard_per_month: Float = 0.0
    mean_handle_s: Float = 0.0
    mean_patience_s: Float = 0.0


@dataclass(slots=True, eq=False)
class Feature:
    """One number of the vector of features, as 32 bits hold it."""

    value: Float = 0.0


@dataclass(slots=True, eq=False)
class Learner:
    """The episode of a learner who decides in this world; see ``learning`` and ``books``."""

    until_s: Float = 0.0
    last_s: Float = 0.0  # when the last step ended
    elapsed_s: Float = 0.0  # how long it took
    discount_per_s: Float = 0.0
    scale: Float = 1.0  # from the present value at time zero to that at the start
    net_value: Float = 0.0
    steps: Int = 0
    illegal: Int = 0  # actions that were none, and became the default
    first_decision: Int = 0  # row of the register
    shows_candidates: Small = 0  # 1: some stand in the row that the learner sees
    n_partials: Small = 0


@dataclass(slots=True, eq=False)
class Income:
    """One component of an episode's money, or the whole: what came in, and what was booked."""

    base: Float = 0.0  # the ledger's total at the start
    last: Float = 0.0  # total of all steps
    carry: Float = 0.0  # what rounding left over
    step: Float = 0.0  # booked for the last step


@dataclass(slots=True, eq=False)
class Partial:
    """A part of an exact sum."""

    value: Float = 0.0


@dataclass(slots=True, eq=False)
class SeenNow:
    """The moment of a decision, and the luck of its contact that is a policy's own."""

    time_s: Float = 0.0
    week_s: Float = 0.0  # since Monday 0:00
    uniform: Float = 0.5


@dataclass(slots=True, eq=False)
class SeenHidden:
    """The truth, for bounds; see ``sim.decisions.view.Hidden``."""

    known: Small = 0  # 0: the rest is not told
    segment: Small = -1
    intent: Small = 0
    margin_per_month: Float = 0.0
    mood: Float = 0.0
    hazard_per_month: Float = 0.0
    offer_response: Float = 0.0


@dataclass(slots=True, eq=False)
class SeenChance:
    """What a channel would come to for the contact of the decision, for bounds."""

    resolution: Float = 0.0  # the chance that one attempt resolves the need, its intent understood
    resolves: Small = 0  # whether it would, by the luck that waits there
    acceptance: Float = 0.0  # the chance that the customer lets the firm steer there
    accepts: Small = 0
    ease: Float = 0.0  # log-odds of people there to resolve the need, against what is usual


@dataclass(slots=True, eq=False)
class Rank:
    """The rank of a candidate: those in front first, then the highest index, then the wait."""

    front: Small = 0
    index: Float = 0.0


@dataclass(slots=True, eq=False)
class Worth:
    """The money that a legal action is worth to a rule, relative to the others."""

    money: Float = 0.0
    accepted: Float = 1.0  # how probably the customer lets the firm steer there


@dataclass(slots=True, eq=False)
class Case:
    """A contact to be valued; ``unit`` is the money of a unit of satisfaction."""

    segment: Small = -1
    intent: Small = 0
    unit: Float = 0.0
    hour: Small = 0  # of the week
    by: Small = 0  # whose chances of resolution: see ``codes``
    typical: Int = 0  # what these are set against
