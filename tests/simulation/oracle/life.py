"""What the oracle knows of an alert, of an incident, and of a page that is on its way."""

from dataclasses import dataclass, field

from triaged.core.records.model import Delay, Labels, Plan, ResolveWhen, Severity, Share

NOTHING = float("inf")
"""The instant of what never comes."""


@dataclass
class Trouble:
    """An alert: whether it fires, and in which incident."""

    labels: Labels
    firing: bool = False
    life: "Life | None" = None
    attached_at: int = 0


@dataclass(frozen=True)
class Outgoing:
    """A page to one contact of a person, or to a channel, at an instant."""

    at: int
    person: str
    contact: str


@dataclass
class Life:
    """An incident. Instants are µs UTC."""

    number: int
    key: str
    plan: Plan
    severity: Severity
    when: ResolveWhen
    hold_us: int = 0
    state: str = "open"
    response: str = "on_track"
    holder: str | None = None
    until: int | None = None
    is_snoozed: bool = False
    active_at: int = 0
    rests: bool = False
    armed_at: int = 0
    respond_by: int | None = None
    at_risk_at: int | None = None
    target_us: int = 0
    round: int = 1
    step: int = 1
    round_at: int = 0
    rounds_by_hand: int = 0
    caught_in: int = 0
    assignee: str = ""
    exhausted: bool = False
    next_at: int | None = None
    chosen_at: int | None = None
    resolving_at: int | None = None
    resolved_at: int | None = None
    resolved_by: str = ""
    taken_over_at: int | None = None
    """When what still fires gets an incident of its own, if this one is over."""
    next: int | None = None
    last: Trouble | None = None
    """The alert that joined last."""
    outgoing: list[Outgoing] = field(default_factory=list)
    paged: set[tuple[str, str]] = field(default_factory=set)
    told: set[tuple[str, str, str]] = field(default_factory=set)
    """(what, person, contact): who has to hear of acknowledgement and resolve."""

    @property
    def live(self) -> bool:
        """Open or acknowledged."""
        return self.state in ("open", "acknowledged")

    @property
    def is_over(self) -> bool:
        """Whether the last step of the last round has fired."""
        return self.step > len(self.plan.steps)

    def stop(self) -> None:
        """Nothing pages any more."""
        self.next_at = None
        self.outgoing.clear()

    def tell(self, what: str, by: str) -> None:
        """Everybody who was paged hears of it, except whoever did it."""
        self.told |= {(what, *whom) for whom in self.paged if whom[0] != by or not by}

    def pinned_us(self, step: int) -> int:
        """How long after the beginning of a round the step (from 1) fires, in open time."""
        wait = length(self.plan.steps[step - 1].after, self.target_us)
        if not self.assignee or self.round > 1:
            return wait
        waits = (length(each.after, self.target_us) for each in self.plan.steps)
        return max(wait, next((us for us in waits if us), self.target_us // 2))


def length(delay: Delay, target_us: int) -> int:
    """A share of the target, or a plain length of time, in µs."""
    return int(delay.of_target * target_us) if isinstance(delay, Share) else delay.us
