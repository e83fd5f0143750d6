"""Keys of severities, policies and bundling in config.yaml. These docstrings are the reference."""

from typing import Literal

import msgspec

from triaged.config.value_types import After, Notify, TimeToWrite
from triaged.core.records.model import Share as OfTarget
from triaged.core.records.plans import Exhausted
from triaged.core.time.durations import MINUTE
from triaged.yamlschema.schema import Duration


class SeverityTarget(msgspec.Struct, frozen=True):
    """Response target of a severity. Keys that are left out keep their defaults."""

    respond_within: Duration | Literal["next business day"] | None = None
    """Time within which somebody must have acknowledged an incident."""
    calendar: str | None = None
    """Name of the calendar whose opening is the `next business day`."""
    urgency: Literal["page", "notify"] | None = None
    """List of a person's contacts that is used: `page` or `notify`."""
    unacknowledge_after: Duration | Literal["never"] | None = None
    """Time without activity after which an acknowledgement ends and escalation goes on."""
    impact: str | None = None
    """Impact that makes an incident one of this severity, shown to whoever chooses one."""
    examples: str | None = None
    """Examples, shown beside the impact."""
    roles: Literal["required", "optional"] | None = None
    """`required`: somebody commands, somebody else leads the investigation, and somebody tells
    the others. Defaults to `required` for SEV-1 and SEV-2."""
    update_every: Duration | Literal["never"] | None = None
    """Time between two internal updates of an incident that is commanded. Defaults to 15m for
    SEV-1, 30m for SEV-2, `never` for the others."""
    updates_to: tuple[Notify, ...] = ()
    """Targets that get the internal updates, besides those who were paged or have a role."""
    postmortem: Literal["required", "optional"] | None = None
    """`required`: an incident is closed only when its postmortem is published, or waived by an
    admin. Defaults to `required` for SEV-1 and SEV-2."""
    postmortem_due: TimeToWrite | None = None
    """Time from the resolve until the postmortem is to be published; business days are those of
    the calendar `office`. Defaults to 3d for SEV-1, `5 business days` for the others."""


class Flapping(msgspec.Struct, frozen=True):
    """Threshold above which an incident that keeps re-opening is held open and pages no more."""

    reopens: int = 3
    """Number of times that the incident re-opened `within` the time."""
    within: Duration = 30 * MINUTE
    """Time in which re-openings are counted. An incident that has been quiet for as long
    settles."""


class Storm(msgspec.Struct, frozen=True):
    """Threshold above which one umbrella incident pages for all new incidents of a team."""

    incidents: int
    """Number of new incidents of a team, policy and source `within` the time above which a storm
    begins."""
    within: Duration
    """Time in which new incidents are counted. The storm ends when the number has not been exceeded
    for as long."""
    across_sources: bool = False
    """Whether incidents of all sources count together. Otherwise a source that floods triaged is no
    storm of the others, whose incidents page singly."""


class Step(msgspec.Struct, frozen=True):
    """Step of an escalation policy."""

    notify: tuple[Notify, ...]
    """Targets of the step, each `person:`, `schedule:`, `team:` or `channel:` and a name."""
    after: After | None = None
    """Delay after the escalation has started: a time, or a share of the response target such as
    `50%`. Unset: none."""


class Repeat(msgspec.Struct, frozen=True):
    """Repetition of all steps when nobody has answered the last one."""

    times: int = 0
    """Number of further rounds."""
    every: After = OfTarget(1.0)
    """Time from the last step of a round to the next round, or a share of the response target."""


class Policy(msgspec.Struct, frozen=True):
    """Escalation policy: whom an incident reaches, and when."""

    steps: tuple[Step, ...]
    """Steps, in the order of their delays."""
    repeat: Repeat = Repeat()
    """Rounds after the first."""
    catch_all: Notify | None = None
    """Target that is paged when a step reaches nobody."""
    exhausted: Exhausted | None = None
    """What follows the last round of an incident that nobody answers: `repeat` pages the catch-all
    (without one, whom the last step pages) each `repeat.every`, at least 15 minutes apart, until
    somebody acts; `stop` pages nobody any more. Unset: `repeat` where the urgency is `page`."""
