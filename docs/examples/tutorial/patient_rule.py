"""A rule of the clinic's own: callers are offered the chat when the line is long."""

from pydantic import Field

from policies import Policy


class Patient(Policy):
    """Callers stay on the phone unless the line is long."""

    reads = frozenset({"loads"})
    wait_s: float = Field(60.0, ge=0, le=600, description="longest expected wait")

    def prepare(self, scenario):
        """Look the chat up once; `entry` is asked for every contact."""
        channels = list(scenario.channels)
        self.chat = self.act.entry[channels.index("chat")]

    def entry(self, view):
        """Return the chat where the requested line is long, else what the customer asked for."""
        requested = self.act.target[view.default]
        long = view.loads[requested].expected_wait_s > self.wait_s
        return self.chat if long and self.chat in view.actions else view.default
