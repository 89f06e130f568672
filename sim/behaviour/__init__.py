"""The science: how customers and agents behave, as pure functions of plain numbers.

Each formula stands here once; the world, the metrics, the policies and the learning targets call
it. Nothing here knows a world: no SimPy, no generators, no hidden state; uniforms come in as
arguments. A function in the singular takes numbers and is cheap enough for every event of a
simulation; where whole populations are computed at once it has a sister in the plural, which takes
arrays of any common shape (`hazard_rate`, `hazard_rates`).
"""

from sim.behaviour.agents import (
    boosted,
    chat_slowdown,
    expected_wait,
    search_time,
    tired_share,
    tiredness_after,
)
from sim.behaviour.customers import (
    accepts_steering,
    adapted,
    ces,
    channel_weights,
    choose,
    contact_effort,
    csat,
    cumulative,
    experience,
    mood_after,
    mood_decay,
    mood_decays,
    nps,
    recontact_probability,
    self_service_probability,
    survey_answers,
    tone_penalty,
)
from sim.behaviour.durations import (
    Law,
    duration_s,
    gamma_level,
    law,
    lognormal_mean,
    mean_s,
    weibull_mean,
)
from sim.behaviour.money import (
    annuities,
    annuity,
    discount_factor,
    discount_factors,
    lifetime_value,
)
from sim.behaviour.normal import normal_quantile
from sim.behaviour.quantiles import Tabulated, base_logits, gamma_levels
from sim.behaviour.retention import (
    base_logit,
    churn_at_mood,
    hazard_of,
    hazard_rate,
    hazard_rates,
    log_odds,
    mean_churn,
    renewal_hazards,
    renewal_probability,
    renewal_survivals,
    worth_of_mood,
)

__all__ = [
    "Law",
    "Tabulated",
    "accepts_steering",
    "adapted",
    "annuities",
    "annuity",
    "base_logit",
    "base_logits",
    "boosted",
    "ces",
    "channel_weights",
    "chat_slowdown",
    "choose",
    "churn_at_mood",
    "contact_effort",
    "csat",
    "cumulative",
    "discount_factor",
    "discount_factors",
    "duration_s",
    "expected_wait",
    "experience",
    "gamma_level",
    "gamma_levels",
    "hazard_of",
    "hazard_rate",
    "hazard_rates",
    "law",
    "lifetime_value",
    "log_odds",
    "lognormal_mean",
    "mean_churn",
    "mean_s",
    "mood_after",
    "mood_decay",
    "mood_decays",
    "normal_quantile",
    "nps",
    "recontact_probability",
    "renewal_hazards",
    "renewal_probability",
    "renewal_survivals",
    "search_time",
    "self_service_probability",
    "survey_answers",
    "tired_share",
    "tiredness_after",
    "tone_penalty",
    "weibull_mean",
    "worth_of_mood",
]
