"""Guesses at the meaning of an unknown body, where no setting says it.

The names are those that common senders use: Uptime Kuma, Healthchecks, Zabbix, Datadog, Gatus,
Checkmk, Icinga, Netdata, PagerDuty's and VictorOps' clients, Kibana, GCP. What a guess gets wrong,
`fields` puts right. Nothing here refuses a body: one whose status is unclear is taken to fire.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from triaged.ingest.common.paths import at, text_of

Body = Mapping[str, object]

ENVELOPES = ("event", "payload", "data", "incident")
"""Objects that hold the alert itself; what stands in them comes before what stands around."""

NAMES = """
    alertname alert_name alertName rule_name ruleName monitor_name check_name checkName
    condition_name policy_name monitor.name rule.name check.name alert trigger name job endpoint
    service.name host.name class service title alert_title summary subject
    Subject entity_display_name message description msg host app involvedObject.name
    """.split()
"""Names of an alert, stable ones first: incidents are grouped by it."""

SUMMARIES = """
    summary title alert_title subject Subject message text msg entity_display_name output
    check_result.output context.title description info
    """.split()

DESCRIPTIONS = """
    description details body text state_message long_output output errors info message msg
    """.split()

IDENTITIES = """
    dedup_key dedupKey dedup fingerprint incident_key entity_id alert_cycle_key aggreg_key
    alert_uid alert.uuid alert.id alert.alertId alertId alert_id
    incident_id check_id uuid monitor.id rule.id id alias key
    """.split()
"""Keys that identify one problem, not one report of it. A CloudEvents `id` identifies a report."""

STATUSES = """
    status state current_state alert_status alert_state alert_transition transition event_action
    event_type event_status action alert.actionGroup message_type notification_type
    monitorCondition essentials.monitorCondition check_result.state severity
    type phase health healthStatus
    """.split()

SEVERITIES = "severity priority alert_priority level criticality importance_level".split()
URLS = """
    url link alert_url html_url incident_url details_url generatorURL ruleUrl target_url
    client_url rule.url monitor.url
    """.split()
TAGS = "monitor.tags rule.tags tags labels".split()
STARTS = "startsAt starts_at started_at startedAt start_time opened_at activeSince".split()

RESOLVED = frozenset(
    """
    ok okay resolved resolve recovered recovery normal up success successful succeeded passed
    closed close clear cleared healthy fixed inactive deactivated
    """.split()
)
"""Words that say it is over. Numbers say nothing: 0 is down for one sender and good for another."""

SCALAR_MAX = 256
"""Characters of a label that is guessed; longer texts are annotations."""

NAME_MAX = 64
GUESSES_MAX = 40
"""Labels, and annotations, that are guessed from one body."""

CHANGING = frozenset(
    """
    time times date timestamp stamp posix at since when last next previous prev now started
    finished received duration elapsed count total additional attempt retries retry pings ping
    latency percent score value values metric perf
    message msg text title subject desc description summary output detail details info error
    errors body note reason condition conditions
    event status state transition severity priority level criticality phase health sync action
    ack acknowledged update updated notification revision flapping
    url uri link links image images
    """.split()
)
"""Words in names of what differs between reports of one problem: annotations, never identity."""

SECRETS = frozenset("secret token password passwd auth authorization signature".split())
KEYS = frozenset("routing api apikey service access private".split())
"""Keys with secrets, which not everybody who may see the alert may see; `routing_key` is one."""

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def opened(body: Body) -> Body:
    """`body` with what its envelopes hold laid over it."""
    if "specversion" in body:
        body = {name: value for name, value in body.items() if name != "id"}
    for name in ENVELOPES:
        inner = body.get(name)
        if isinstance(inner, dict):
            body = {**body, **inner}
    return body


def first_text(body: Body, places: Sequence[str]) -> str:
    """The first scalar with something in it at one of `places` (`a.b`); empty if none."""
    texts = (text_of(at(body, place.split("."))).strip() for place in places)
    return next((text for text in texts if text), "")


def is_resolved(body: Body) -> bool:
    """True if the first of the usual places that has a text says that it is over."""
    beat = at(body, ("heartbeat", "status"))
    if beat is not None:  # Uptime Kuma: 1 is up
        return beat == 1
    found = (at(body, place.split(".")) for place in STATUSES)
    texts = (value for value in found if isinstance(value, str) and value.strip())
    return says_resolved(next(texts, ""))


def says_resolved(text: str) -> bool:
    """True if `text` is one of the words, also as the end of `incident.resolved`."""
    return text.strip().lower().rpartition(".")[2] in RESOLVED


def labels_of(body: Body) -> dict[str, str]:
    """The labels that tell this alert from others: label objects, then short and stable texts."""
    labels: dict[str, str] = {}
    for place in TAGS:
        name = place.rpartition(".")[2]
        labels |= dict(_pairs(name, at(body, place.split("."))))
    for name, value in body.items():
        if name in labels or name in TAGS or len(name) > NAME_MAX or not _is_stable(name):
            continue
        if text := _short(value.get("name") if isinstance(value, dict) else value):
            labels[name] = text
    return dict(list(labels.items())[:GUESSES_MAX])


def annotations_of(body: Body, labels: Mapping[str, str]) -> dict[str, str]:
    """A summary, a description, and every scalar that is no label."""
    summary, description = first_text(body, SUMMARIES), first_text(body, DESCRIPTIONS)
    told = {"summary": summary, "description": "" if description == summary else description}
    for name, value in body.items():
        text = text_of(value).strip()
        if name not in labels and not _is_secret(name) and text not in {summary, description}:
            told.setdefault(name, text)
    kept = [(name, text) for name, text in told.items() if name and text]
    return dict(kept[:GUESSES_MAX])


def _is_stable(name: str) -> bool:
    """True if what has this name is probably the same from one report to the next."""
    words = _words_of(name)
    is_kind = "type" in words and (len(words) == 1 or words & {"alert", "event", "message"})
    return not (words & CHANGING or is_kind or _is_secret(name))


def _is_secret(name: str) -> bool:
    words = _words_of(name)
    return bool(words & SECRETS or ("key" in words and words & KEYS))


def _words_of(name: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(name[:NAME_MAX])}


def _short(value: object) -> str:
    """A text or whole number fit for a label; empty for anything else."""
    if isinstance(value, bool | float):
        return ""
    text = text_of(value).strip()
    return text if len(text) <= SCALAR_MAX and "\n" not in text else ""


def _pairs(name: str, value: object) -> Iterator[tuple[str, str]]:
    """Name and value of each tag, in any of the forms that tags come in."""
    if isinstance(value, str) and value.lstrip().startswith(("[", "{")):
        value = _json(value)
    if isinstance(value, dict):
        yield from ((str(key), text) for key, item in value.items() if (text := _short(item)))
    elif isinstance(value, list):
        yield from _words(name, [item for item in value if isinstance(item, str)])
        for item in value:
            if isinstance(item, dict):
                yield from _named(name, item)
    elif isinstance(value, str) and (":" in value or "=" in value):
        yield from _words(name, value.split(","))
    elif text := _short(value):
        yield name, text


def _words(name: str, words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """`env:prod` and `env=prod` as pairs; the plain ones together under `name`."""
    plain = []
    for word in words:
        key, mark, text = re.sub(r"[:=]", "\0", word.strip(), count=1).partition("\0")
        if mark and key and text:
            yield key.strip(), text.strip()
        elif key:
            plain.append(key)
    if plain and (text := _short(",".join(plain))):
        yield name, text


def _named(name: str, item: Body) -> Iterator[tuple[str, str]]:
    """`{name|key|tag: …, value: …}`; without a value the name is one of the plain ones."""
    key = first_text(item, ("name", "key", "tag"))
    text = _short(item.get("value"))
    if key and text:
        yield key, text
    elif key:
        yield from _words(name, [key])


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
