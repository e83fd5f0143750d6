"""Which expectations an alert meets by coming."""

import msgspec

from triaged.core.records.expectations import RULE, SOURCE, expectation_of
from triaged.core.records.model import Alert, Severity
from triaged.core.settings import Settings
from triaged.core.time.durations import format_duration
from triaged.rules.evaluate import RuleSet
from triaged.wire import instant_text


class ExplainedExpectation(msgspec.Struct, frozen=True):
    """A dead man's switch that the alert meets each time it comes firing."""

    name: str
    """`rule:<name>` for `expect`, with `{label="value"}` where it has `by`; `source:<name>` for
    `expect_every`."""
    where: str
    """FILE:LINE:COL of the rule; empty for a source."""
    every: str
    """An incident opens when nothing that meets it has come for so long."""
    missed_at: str
    """The instant at which the incident would open if this alert were the last."""
    severity: Severity
    """Severity of that incident."""


def explained_expecting(settings: Settings, alert: Alert, at: int) -> list[ExplainedExpectation]:
    """The expectations that `alert`, coming firing at `at`, meets: of rules, then of its source."""
    rules = settings.rules
    assert isinstance(rules, RuleSet), "the configuration compiles no other"
    places = {RULE + rule.name: rule.where for rule in rules.rules if rule.expects is not None}
    met = settings.expected.met_by(alert) if settings.expected is not None else ()
    return [
        ExplainedExpectation(
            name=name,
            where=places.get(expectation.name, ""),
            every=format_duration(expectation.every_us),
            missed_at=instant_text(at + expectation.every_us),
            severity=expectation.severity or settings.unclassified,
        )
        for name in (*met, SOURCE + alert.source)
        if (expectation := expectation_of(settings.expectations, name)) is not None
    ]
