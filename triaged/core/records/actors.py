"""The names of those who act, as timelines, incidents and pages record them.

A person is recorded by the bare id (`alice`), a token without a person as `token:<name>`. What acts
without a person is one of the words below. Where an incident tells who set its severity, a person
is `person:<id>`, so that it differs from `rule:<name>`, `raise:<rule>`, `source:<name>` and
`unclassified`.
"""

TRIAGED = "triaged"
"""triaged itself: what nobody asked for."""

ALERTS = "alerts"
"""The alerts of an incident: they resolve it by ending."""

UNCLASSIFIED = "unclassified"
"""The setting `unclassified`: it sets the severity of what no rule classifies."""

LINK = "link"
"""Somebody who used an action link that was sent to a channel and not to a person."""

ANONYMOUS = "anonymous"
"""Somebody on an installation without tokens."""

PERSON, TOKEN, RULE, RAISE, SOURCE = "person:", "token:", "rule:", "raise:", "source:"
"""Prefixes that say what kind of actor the name after them is."""

RESERVED = frozenset({TRIAGED, ALERTS, UNCLASSIFIED, LINK, ANONYMOUS}) | {
    prefix.removesuffix(":") for prefix in (PERSON, TOKEN, RULE, RAISE, SOURCE)
}
"""Ids that no person may have: a timeline could not tell the person from these."""


def person(by: str) -> str:
    """`person:alice` for the actor `alice`; an actor that has a prefix stays as it is."""
    return by if ":" in by else f"{PERSON}{by}"


def token(name: str) -> str:
    """`token:ops`: a caller whose token belongs to no person."""
    return f"{TOKEN}{name}"


def rule(name: str) -> str:
    """`rule:<name>`: a rule that set a severity."""
    return f"{RULE}{name}"


def raise_of(rule_name: str) -> str:
    """`raise:<rule>`: a raise that a rule brought to the incident."""
    return f"{RAISE}{rule_name}"


def rule_named(actor: str) -> str | None:
    """The rule behind `rule:<name>` or `raise:<name>`; None for any other actor."""
    for prefix in (RULE, RAISE):
        if actor.startswith(prefix):
            return actor.removeprefix(prefix)
    return None


def is_person(actor: str) -> bool:
    """True if a person, a token or a link acted, and no alert, rule, source or triaged itself."""
    if actor in (TRIAGED, ALERTS, UNCLASSIFIED):
        return False
    return not actor.startswith((RULE, RAISE, SOURCE))
