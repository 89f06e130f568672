"""A model of one's own as a policy: what Stable-Baselines3 trained, or whatever predicts likewise.

Nothing of Stable-Baselines3 or torch is imported here, and nothing is unpickled here: the subclass,
which is the user's own code, loads its own file.
"""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any, ClassVar, Protocol, cast

import numpy as np
import numpy.typing as npt

from policies.base import Policy
from sim.decisions.actions import action_table
from sim.decisions.features import FEATURE_READS, Features, Vector, feature_reads
from sim.decisions.view import View
from sim.errors import InputError
from sim.scenario import Scenario
from sim.scenario.knowledge import Regime


class Model(Protocol):
    """What is asked of a model; Stable-Baselines3's and sb3-contrib's have it.

    Where ``predict`` takes ``action_masks``, it gets them (``MaskablePPO``).
    """

    def predict(self, observation: Vector, *, deterministic: bool) -> tuple[Any, Any]:
        """Return the action for an observation of shape (features,), and a state or None."""
        ...


class ModelPolicy(Policy):
    """A model trained in ``sim.env.JourneyEnv`` decides.

    Subclass it in a module of your own::

        class Mine(ModelPolicy):
            files = ("mine.zip",)
            decides = frozenset({Kind.ENTRY})

            def load(self, path):
                return MaskablePPO.load(path, device="cpu")

    ``files`` names the model's file first, relative to the module; a run is told from another by
    its contents. ``decides`` holds the kinds that it was trained for (all, where left out): the
    default rule takes the others. ``matched`` says whether its regime knew who customers are.

    The model gets the vector that the environment would show (``sim.decisions.features``), after
    ``normalise``, and takes its most likely action. An action that is not legal stands for the
    default one, as in the environment.

    Models that carry a state from one decision to the next (recurrent ones) are not for this: here
    decisions about many customers follow one another.

    Raises:
        InputError: no such file, or a model of another scenario's features or actions.
    """

    reads: frozenset[str] = FEATURE_READS
    matched: ClassVar[bool] = True

    def load(self, path: Path) -> Model:
        """Return the model in a file; it runs in every process that decides."""
        raise InputError(f"{type(self).__name__}.load: must be written: it returns the model")

    def normalise(self, vector: Vector) -> Vector:
        """Return what the model is shown: override it where training normalised observations."""
        return vector

    def prepare(self, scenario: Scenario) -> None:
        """Load the model and check that it fits the scenario."""
        self.features = Features(scenario, Regime(match_rate=float(self.matched)))
        self.reads = feature_reads(scenario)
        self.n_actions = len(action_table(scenario))
        self._load()
        for name, own, shape in (
            ("observation_space", (self.features.size,), "shape"),
            ("action_space", self.n_actions, "n"),
        ):
            theirs = getattr(getattr(self.model, name, None), shape, own)
            if theirs != own:
                raise InputError(
                    f"{self.file_paths()[0]}: the model's {name}.{shape} must be that of scenario "
                    f"'{scenario.name}', {own}; got {theirs}"
                )

    def _load(self) -> None:
        if not self.files:
            raise InputError(f"{type(self).__name__}.files: must name the model's file")
        path = self.file_paths()[0]
        if not path.is_file():
            raise InputError(f"policy: {type(self).__name__}.files: no file '{path}'")
        self.model = self.load(path)
        self.masked = "action_masks" in inspect.signature(self.model.predict).parameters

    def __getstate__(self) -> dict[str, Any]:
        """Return the state without the model, which is loaded again where it is needed."""
        return {name: value for name, value in vars(self).items() if name != "model"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Become the policy that a state was taken of."""
        vars(self).update(state)
        self._load()

    def decide(self, view: View) -> int:
        """Return the model's action, or the default one where that is not legal."""
        seen = self.normalise(self.features.of_view(view))
        predict = cast(Any, self.model.predict)
        more = {"action_masks": self._mask(view)} if self.masked else {}
        action = int(np.asarray(predict(seen, deterministic=True, **more)[0]).item())
        return action if action in view.actions else view.default

    def _mask(self, view: View) -> npt.NDArray[np.bool_]:
        mask = np.zeros(self.n_actions, dtype=np.bool_)
        mask[list(view.actions)] = True
        return mask
