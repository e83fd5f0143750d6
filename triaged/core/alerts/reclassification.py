"""Reclassification of firing alerts by the present rules (`triaged rule reclassify`).

Alerts take the severity and rule of today. A worse one raises the incident as a joining alert
would, unless a person's choice covers it; a better one does not lower it, for a severity never
falls by itself. Key, policy and people stay what they were at the opening.
"""

import msgspec
from msgspec.structs import replace

from triaged.core.alerts.severity import Rise, raise_to, rise_of
from triaged.core.draft import Draft
from triaged.core.records.actors import TRIAGED
from triaged.core.records.answers import Attached
from triaged.core.records.effects import Decision, Effect, ReclassifyAlert
from triaged.core.records.events import Reclassification, Reclassified
from triaged.core.records.model import AlertState, Entry, Incident
from triaged.core.situation import Situation


class Regraded(msgspec.Struct, frozen=True, gc=False):
    """A firing alert as it was classified, and the new verdict that differs."""

    before: AlertState
    verdict: Reclassification


SHOWN = 20
"""Alerts named in one entry; the count tells how many there were."""


def reclassify(situation: Situation, event: Reclassified) -> Decision:
    """Give firing alerts of one incident, or of none, their severity by the present rules."""
    effects: list[Effect] = []
    changed: list[Regraded] = []
    for one in event.alerts:
        state = situation.alert((one.source, one.fingerprint))
        if state is None or not state.firing or state.incident != event.incident:
            continue  # it ended, or began anew, since somebody looked
        if (state.severity, state.rule) == (one.outcome.severity, one.outcome.rule):
            continue
        changed.append(Regraded(state, one))
        after = replace(state, severity=one.outcome.severity, rule=one.outcome.rule)
        effects.append(ReclassifyAlert(after))
    incident = situation.incident(event.incident)
    if incident is not None and incident.live and changed:
        effects += _regrade(situation, incident, changed).effects()
    return Decision(tuple(effects), Attached(event.incident))


def _regrade(situation: Situation, incident: Incident, changed: list[Regraded]) -> Draft:
    """Count the alerts by their new severities, record it, and raise the incident if it must be."""
    firing, rules = dict(incident.firing), dict(incident.severity_rules)
    for each in changed:
        outcome = each.verdict.outcome
        old, new = each.before.severity or "", outcome.severity or ""
        firing[old] = firing.get(old, 0) - 1
        firing[new] = firing.get(new, 0) + 1
        rules |= {new: outcome.rule} if outcome.rule else {}
    draft = Draft(incident)
    firing = {name: count for name, count in firing.items() if count > 0}
    draft.change(firing=firing, severity_rules=rules)
    draft.say(_entry(situation, changed))
    worst: Rise = min(
        (rise_of(each.verdict.outcome, situation.settings) for each in changed),
        key=lambda rise: rise.severity,
    )
    if worst.severity < incident.severity and incident.chosen is None:
        raise_to(situation, draft, worst, situation.now)
    return draft


def _entry(situation: Situation, changed: list[Regraded]) -> Entry:
    shown = [
        {
            "source": each.before.source,
            "fingerprint": each.before.fingerprint,
            "from": each.before.severity,
            "to": each.verdict.outcome.severity,
            "rule": each.verdict.outcome.rule,
        }
        for each in changed[:SHOWN]
    ]
    state, outcome = changed[0].before, changed[0].verdict.outcome
    what = f"{state.severity or 'unclassified'} → {outcome.severity or 'unclassified'}"
    more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
    data: dict[str, object] = {"count": len(changed), "alerts": shown}
    data["rule_set"] = outcome.rule_set
    text = f"by today's rules: {state.fingerprint} {what}{more}"
    return Entry(situation.now, "alerts.reclassified", TRIAGED, text, data)
