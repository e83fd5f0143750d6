"""Generated rules and alerts, for what must hold of any."""

from hypothesis import strategies as st

from triaged.core.records.model import Severity
from triaged.core.records.severity import FiringFor, ManyAlerts, Raise
from triaged.core.time.durations import MINUTE
from triaged.rules.actions import (
    SetGroupBy,
    SetIncident,
    SetLabels,
    SetPolicy,
    SetRaise,
    SetRunbook,
    SetService,
    SetSeverity,
    SetTeam,
    SetTitle,
)
from triaged.rules.conditions import FromSource, StartsWithin
from triaged.rules.evaluate import CompiledRule
from triaged.rules.matchers import Matcher
from triaged.rules.templates import compile_template

VALUES = st.sampled_from(["", "x", "y", "xy"])
POLICIES = ("default", "loud")
MATCHERS = st.builds(
    Matcher, st.sampled_from("ab"), st.sampled_from(["=", "!=", "=~", "!~"]), VALUES
)
TEMPLATES = st.sampled_from(
    ["", "x", "payments", "{{ labels.a }}", "{{ labels.service }} is {{ labels.b }}"]
).map(compile_template)
RAISES = st.builds(
    Raise,
    st.sampled_from(Severity),
    st.sampled_from([ManyAlerts(2, MINUTE), FiringFor(2 * MINUTE), FiringFor(9 * MINUTE)]),
)
ACTIONS = st.one_of(
    st.builds(SetSeverity, st.sampled_from(Severity)),
    st.builds(SetPolicy, st.sampled_from(POLICIES)),
    st.builds(SetService, TEMPLATES),
    st.builds(SetTeam, TEMPLATES),
    st.builds(SetTitle, TEMPLATES),
    st.builds(SetRunbook, TEMPLATES),
    st.builds(
        SetLabels, st.lists(st.tuples(st.sampled_from(["a", "service"]), TEMPLATES)).map(tuple)
    ),
    st.just(SetRaise((Raise(Severity.SEV1, ManyAlerts(2, 60_000_000)),))),
    st.builds(SetIncident, st.booleans()),
    st.builds(SetRaise, st.lists(RAISES, max_size=2).map(tuple)),
    st.builds(SetGroupBy, st.lists(st.sampled_from("abc"), min_size=1).map(tuple)),
)
CONDITIONS = st.sampled_from(
    [(), (FromSource(frozenset({"am"})),), (FromSource(frozenset({"other"})), StartsWithin(5))]
)
RULES = st.lists(
    st.builds(
        CompiledRule,
        matchers=st.lists(MATCHERS, max_size=2).map(tuple),
        conditions=CONDITIONS,
        actions=st.lists(ACTIONS, max_size=3, unique_by=type).map(tuple),
        stop=st.booleans(),
        name=st.uuids().map(str),
    ),
    max_size=8,
)
LABELS = st.dictionaries(st.sampled_from(["a", "b", "c", "service", "team"]), VALUES)
