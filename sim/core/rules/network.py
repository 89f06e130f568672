"""A network's scores of the actions, from the features of the decision at hand.

Sums have one order, input after input, in numbers of 64 bits; tanh is the C library's. Most
features of a decision are 0, so the first layer adds what differs from an empty decision, whose
sums its bias holds.
"""

from __future__ import annotations

from math import tanh

from sim.core.accessors import feature_at, figure_at, layer_at, legal_at, signal_at
from sim.core.features import within
from sim.core.records.bundles import World
from sim.core.records.policies import Layer, LearnedRule
from sim.core.rules.figures import figure
from sim.native_types import Float, Int


def score_actions(world: World, rule: LearnedRule) -> Int:
    """Put the scores of the legal actions into the signals.

    Returns where the first action's stands.
    """
    n = layer_at(world, rule.layers).inputs
    for i in range(n):
        x = feature_at(world, i).value
        differs = 0.0
        if x != 0.0 and figure(world, rule.shown, i) != 0.0:
            differs = _input(world, rule, i, x) - _input(world, rule, i, 0.0)
        signal_at(world, i).value = differs
    first: Int = 0
    for k in range(rule.n_layers - 1):
        layer = layer_at(world, rule.layers + k)
        _add_up(world, layer, first)
        first += layer.inputs
        _bend(world, rule, first, layer.outputs)
    last = layer_at(world, rule.layers + rule.n_layers - 1)
    _score_legal(world, last, first)
    return first + last.inputs


def _input(world: World, rule: LearnedRule, i: Int, x: Float) -> Float:
    """A feature as the network takes it: (x - mean) × scale, within bounds."""
    scaled = (x - figure(world, rule.mean, i)) * figure(world, rule.scale, i)
    return within(scaled, -rule.clip, rule.clip)


def _add_up(world: World, layer: Layer, first: Int) -> None:
    """Put the sums of a layer behind its inputs, which begin at ``first``."""
    out = first + layer.inputs
    for o in range(layer.outputs):
        signal_at(world, out + o).value = figure_at(world, layer.bias + o).value
    for i in range(layer.inputs):
        x = signal_at(world, first + i).value
        if x != 0.0:
            row = layer.weights + i * layer.outputs
            for o in range(layer.outputs):
                total = signal_at(world, out + o)
                total.value += x * figure_at(world, row + o).value


def _score_legal(world: World, layer: Layer, first: Int) -> None:
    """Put the sums of the last layer behind its inputs, those of the legal actions only."""
    for a in range(world.n_legal):
        action = legal_at(world, a).action
        total = figure_at(world, layer.bias + action).value
        for i in range(layer.inputs):
            x = signal_at(world, first + i).value
            if x != 0.0:
                weight = figure_at(world, layer.weights + i * layer.outputs + action).value
                total += x * weight
        signal_at(world, first + layer.inputs + action).value = total


def _bend(world: World, rule: LearnedRule, first: Int, n: Int) -> None:
    """Let sums through the layer's curve: tanh, or what is above 0."""
    for i in range(first, first + n):
        signal = signal_at(world, i)
        signal.value = max(signal.value, 0.0) if rule.relu else tanh(signal.value)
