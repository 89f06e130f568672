"""What a firm can see: signals of its customers, and what a regime shows of them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from sim.inputs import StrictModel
from sim.scenario.parts import NonNegative, Positive, Share


class Signals(StrictModel):
    """What leaves a trace, and how truly; all defaults are assumptions that experiments sweep.

    ``coded_right``: how often an agent or a system codes an outcome as it was; ``silent_seen``:
    how often a failure that automation did not notice is coded as one, else as resolved. A
    contact's sentiment is read on a share of contacts (``channels.*.sentiment_share``): experience
    plus normal noise. Each week a customer's usage is read: the leaving risk of a week before,
    normal noise, and an error that stays with the customer (independent noise alone averages out);
    a week beyond ``inactive_from`` counts as inactive. ``social_share`` of bad experiences are
    posted; ``note_share`` of contacts with people leave a note of what troubles the customer, right
    in ``note_right`` of them. ``repeat_accuracy``: how often the intent of who comes back with a
    visible journey is known. ``half_life_days``: how fast evidence of feelings ages.
    """

    coded_right: Share = 0.9
    silent_seen: Share = 0.15
    sentiment_noise: NonNegative = 0.5
    usage_noise: NonNegative = 1.5
    usage_bias_sd: NonNegative = 1.5
    inactive_from: Annotated[float, Field(ge=-100, le=100)] = 2.0
    social_share: Share = 0.05
    note_share: Share = 0.3
    note_right: Share = 0.7
    repeat_accuracy: Share = 0.95
    half_life_days: Positive = 60.0


class Regime(StrictModel):
    """The information regime: what the firm sees, when, and what it may do; each key one thing.

    ``signals``: which leave a trace that anybody looks at: none, those of contacts (``direct``:
    coded outcomes, failed self-service, surveys, notes), or passive ones too (sentiment, usage,
    inactivity, social posts). ``visible``: whether a channel sees its own rows only, or all.
    ``match_rate``: the share of contacts whose customer is recognised; ``wrong_match_rate``: the
    share taken for somebody else. ``context``: whether what a customer said passes to the next
    channel, with the next day or never. ``latency`` ``nightly``: rows become visible at the next
    midnight. ``loads`` ``usual``: how busy channels are is known by hour of the week only. ``acts``
    ``nightly``: what is decided was prepared at midnight, from what was known then.
    ``decision_latency_s`` is added to the start of every contact that the policy has decided.
    ``intent_accuracy`` replaces the channels' own (``channels.*.intent_accuracy``).
    """

    signals: Literal["none", "direct", "all"] = "all"
    visible: Literal["own", "all"] = "all"
    match_rate: Share = 1.0
    wrong_match_rate: Share = 0.0
    context: Literal["passes", "next_day", "never"] = "passes"
    latency: Literal["real_time", "nightly"] = "real_time"
    loads: Literal["live", "usual"] = "live"
    acts: Literal["real_time", "nightly"] = "real_time"
    steering: bool = True
    decision_latency_s: NonNegative = 0.0
    intent_accuracy: Share | None = None

    @model_validator(mode="after")
    def _matched_once(self) -> Regime:
        if self.match_rate + self.wrong_match_rate > 1 + 1e-12:
            raise ValueError(
                "match_rate + wrong_match_rate must be at most 1; got "
                f"{self.match_rate:g} + {self.wrong_match_rate:g}"
            )
        return self


def default_regimes() -> dict[str, Regime]:
    """Return the three regimes of channel strategy; the rates of matches are assumptions."""
    return {
        "multichannel": Regime(
            signals="direct",
            visible="own",
            match_rate=0.75,
            context="never",
            latency="nightly",
            loads="usual",
            steering=False,
        ),
        "omnichannel": Regime(match_rate=0.95, wrong_match_rate=0.01, steering=False),
        "optichannel": Regime(match_rate=0.95, wrong_match_rate=0.01),
    }
