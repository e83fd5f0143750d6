"""Alerts that join an acknowledged incident: its holder hears what joined, or is paged for it.

What joins late and brings an object that the incident has not had, such as another pod or node, may
be another trouble: it pages the holder. Everything else is a notice. Both are bundled.
"""

from collections.abc import Mapping
from zlib import crc32

from msgspec import UNSET

from triaged.core.draft import Draft
from triaged.core.records.labels import object_labels
from triaged.core.records.model import Alert, Incident, Labels
from triaged.core.records.pages import Joins
from triaged.core.records.timers import JoinDue
from triaged.core.response.paging import News, notify_person, page_person
from triaged.core.situation import Situation
from triaged.core.time.durations import MINUTE, SECOND

HASH_BYTES = 4
"""Of a label value that an incident has had: among two hundred of them a new one is taken for one
of them once in five million times, wherever among their bytes its own are found."""

OBJECTS_MAX = 200
"""Label values that are kept of one incident; who has two hundred objects in one knows that it is
large, and hears of more by a notice."""

GATHER_US = 10 * SECOND
"""Time for which joins share a message: senders deliver a group in one or a few bodies."""

EVERY_US = MINUTE
"""The holder hears of joining alerts at most this often: a minute is soon, a storm is not mail."""

NAMED = 5
"""Joins that are named; of more there is the number."""

TEXT_MAX = 120
"""Characters about one join: five fit on the page."""

NO_OBJECTS = frozenset({"alertname", "severity", "team", "policy", "runbook"})
"""Labels that say what is wrong and for whom, not where."""


def remember(draft: Draft, labels: Labels) -> frozenset[str]:
    """Note the label values of an alert before it is attached; the names of those that are new."""
    incident = draft.incident
    shared, known = incident.labels, incident.object_hashes
    if len(known) >= OBJECTS_MAX * HASH_BYTES or shared == labels:
        return frozenset()
    found = {
        name: _hash(name, value) for name, value in labels.items() if shared.get(name) != value
    }
    new = frozenset(name for name, hashed in found.items() if hashed not in known)
    split = [_hash(name, value) for name, value in shared.items() if labels.get(name) != value]
    added = [hashed for hashed in (*split, *found.values()) if hashed not in known]
    if added:
        hashes = b"".join((known, *dict.fromkeys(added)))
        draft.change(object_hashes=hashes[: OBJECTS_MAX * HASH_BYTES])
    return new


def remember_objects(draft: Draft, old: Incident) -> None:
    """Note the label values that the alerts of `old` have had, before they are counted in."""
    remember(draft, old.labels)
    known, theirs = draft.incident.object_hashes, old.object_hashes
    each = (theirs[at : at + HASH_BYTES] for at in range(0, len(theirs), HASH_BYTES))
    hashes = b"".join((known, *(hashed for hashed in each if hashed not in known)))
    draft.change(object_hashes=hashes[: OBJECTS_MAX * HASH_BYTES])


def _hash(name: str, value: str) -> bytes:
    text = f"{name}={value}".encode("utf-8", "surrogatepass")
    return crc32(text).to_bytes(HASH_BYTES, "big")


def tell(
    situation: Situation, draft: Draft, alert: Alert, labels: Labels, new: frozenset[str]
) -> None:
    """Put the join of an alert among those of which the holder hears next."""
    incident = draft.incident
    where = _differing(situation, incident, labels)
    summary = alert.annotations.get("summary") or alert.labels.get("alertname") or "an alert"
    names = ", ".join(f"{name}={value}" for name, value in where.items())
    quiet_until = (incident.acknowledged_at or 0) + situation.settings.join_quiet
    is_late = situation.now >= quiet_until and bool(new & where.keys())
    add(situation, draft, f"{names}: {summary}" if names else summary, pages=is_late)


def add(situation: Situation, draft: Draft, text: str, *, pages: bool = False) -> None:
    """Let the holder hear of something that joined, with what joins within the next seconds."""
    incident, now = draft.incident, situation.now
    if incident.holder is None:
        return
    joins = Joins() if incident.joins is UNSET else incident.joins
    if not joins.count:
        last = joins.told_at
        due_at = now + GATHER_US
        soonest = due_at if last is None else max(due_at, last + EVERY_US)
        draft.arm(JoinDue(incident.number, soonest))
    first = (*joins.first, text[:TEXT_MAX])[:NAMED]
    draft.change(joins=Joins(first, joins.count + 1, joins.pages or pages, joins.told_at))


def due(situation: Situation, draft: Draft) -> None:
    """Tell the holder what has joined: a page where it brings something new, else a notice."""
    incident, joins = draft.incident, draft.incident.joins
    if joins is UNSET:
        return
    draft.change(joins=Joins(told_at=situation.now))
    if incident.holder is None or not joins.count:
        return
    more = f"; and {joins.count - len(joins.first)} more" if joins.count > len(joins.first) else ""
    news = News(f"joined: {'; '.join(joins.first)}{more}", f"joined-{situation.now}")
    if joins.pages:
        page_person(situation, draft, incident.holder, news)
    else:
        notify_person(situation, draft, incident.holder, news)


def _differing(situation: Situation, incident: Incident, labels: Labels) -> Mapping[str, str]:
    """The labels of an object that not all alerts of the incident share."""
    of_key = {name for name, _ in incident.key}
    found = object_labels(labels, situation.settings.exporters)
    return {
        name: value
        for name, value in found.items()
        if name not in of_key and name not in NO_OBJECTS and incident.labels.get(name) != value
    }
