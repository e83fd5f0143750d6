"""Rules that can never have an effect, found by their matchers: `triaged check` warns of them.

A claim is made only where it is certain: of a pattern that is not plain (`languages`) only what its
own text says is used. Earlier rules are compared one at a time: several that together match
everything are not looked for.
"""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from triaged.core.muting.matcher_index import Index, bits
from triaged.core.time.calendars import Calendar
from triaged.core.time.recurring import DAY_MINUTES
from triaged.errors import Problem
from triaged.rules.actions import Action, SetIncident, SetLabels
from triaged.rules.conditions import Condition, During, FromSource, Outside, StartsWithin
from triaged.rules.evaluate import CompiledRule
from triaged.rules.lint.pattern_sets import conflict, implies, is_positive, set_named_by
from triaged.rules.matchers import Matcher

WEEK_MINUTES = 7 * DAY_MINUTES
LISTED_MAX = 3
"""Rules that a message names: who reads them finds the others."""

ByLabel = Mapping[str, Sequence[Matcher]]


class _Known(msgspec.Struct, frozen=True):
    """A rule that can match, and its matchers by label."""

    position: int
    rule: CompiledRule
    labels: ByLabel


def impossible(rules: Sequence[CompiledRule]) -> list[Problem]:
    """Warnings of rules that never match, never come to their turn, or change nothing."""
    found: list[Problem] = []
    able: list[_Known] = []
    for position, rule in enumerate(rules):
        labels = by_label(rule.matchers)
        reasons = [*_label_conflicts(rule, labels), *_condition_conflicts(rule.conditions)]
        found += [_warning(rule, f"never matches: {why}", part) for part, why in reasons]
        if not reasons:
            able.append(_Known(position, rule, labels))
    return found + _hidden(able)


def by_label(matchers: Sequence[Matcher]) -> dict[str, list[Matcher]]:
    """The matchers of each label."""
    found: dict[str, list[Matcher]] = {}
    for matcher in matchers:
        found.setdefault(matcher.name, []).append(matcher)
    return found


def is_about(problem: Problem, rule: CompiledRule) -> bool:
    """True if the problem is at the rule or at a part of it."""
    return problem.where == rule.where or problem.where in rule.positions.values()


def _warning(rule: CompiledRule, message: str, part: str = "") -> Problem:
    return Problem(
        rule.positions.get(part, rule.where), f"rule {rule.name} {message}", warning=True
    )


def _label_conflicts(rule: CompiledRule, labels: ByLabel) -> Iterator[tuple[str, str]]:
    """The part of the rule, which is the last matcher that another excludes, and the reason."""
    for matchers in labels.values():
        wrong = conflict(matchers)
        part = f"match.{rule.matchers.index(wrong[-1])}" if wrong else ""
        if len(wrong) == 1:
            yield part, f"no text is taken by {wrong[0]}"
        elif wrong:
            yield part, f"{' and '.join(map(str, wrong))} exclude each other"


def _condition_conflicts(conditions: Sequence[Condition]) -> Iterator[tuple[str, str]]:
    opened = {each.calendar for each in conditions if isinstance(each, During)}
    for condition in conditions:
        if isinstance(condition, Outside):
            name = condition.calendar.name
            if condition.calendar in opened:
                yield "outside", f"the calendar {name} would have to be open and closed at once"
            elif never_closes(condition.calendar):
                yield "outside", f"the calendar {name} never closes"


def never_closes(calendar: Calendar) -> bool:
    """True if its hours cover the week, and no day of it is closed."""
    if calendar.open.closed:
        return False
    minutes: set[int] = set()
    for window in calendar.open.week:
        begin = window.day * DAY_MINUTES
        minutes.update((begin + at) % WEEK_MINUTES for at in range(window.start, window.end))
    return len(minutes) == WEEK_MINUTES


def _hidden(able: Sequence[_Known]) -> list[Problem]:
    """Rules that earlier ones make useless."""
    index = Index([known.rule.matchers for known in able])
    found = []
    for at, known in enumerate(able):
        earlier = [able[n] for n in _candidates(index, able, at) if _takes_all(able[n], known)]
        message = _behind(known.rule, [each.rule for each in earlier])
        if message:
            found.append(_warning(known.rule, message))
    return found


def _candidates(index: Index, able: Sequence[_Known], at: int) -> list[int]:
    """Earlier rules that may take all that rule `at` does: those that take an example of it.

    Without an example, all that ask about no other label.
    """
    example = example_of(able[at].labels)
    if example is not None:
        return bits(index.matching(example) & ((1 << at) - 1))
    names = able[at].labels.keys()
    return [n for n in range(at) if able[n].labels.keys() <= names]


def example_of(labels: ByLabel) -> dict[str, str] | None:
    """Labels that the matchers take; None where none is found at once."""
    found: dict[str, str] = {}
    for name, matchers in labels.items():
        texts = {
            alternative.text
            for each in matchers
            if is_positive(each)
            for alternative in set_named_by(each) or ()
        }
        fitting = sorted(
            text for text in texts | {""} if all(each.accepts(text) for each in matchers)
        )
        if not fitting:
            return None
        found[name] = fitting[-1]
    return found


def _takes_all(earlier: _Known, known: _Known) -> bool:
    """True if `earlier` certainly matches everything that `known` does."""
    return all(
        implies(known.labels.get(matcher.name, ()), matcher) for matcher in earlier.rule.matchers
    ) and all(
        any(_narrower(mine, condition) for mine in known.rule.conditions)
        for condition in earlier.rule.conditions
    )


def _narrower(mine: Condition, wide: Condition) -> bool:
    match mine, wide:
        case FromSource(sources=few), FromSource(sources=many):
            return few <= many
        case StartsWithin(us=short), StartsWithin(us=long):
            return short <= long
        case _:
            return mine == wide


def _behind(rule: CompiledRule, earlier: Sequence[CompiledRule]) -> str:
    """The reason why earlier rules leave nothing of `rule` wherever it matches; or empty."""
    if not is_plain(rule):
        return ""
    stopping = next((each for each in earlier if each.stop and is_plain(each)), None)
    if stopping is not None:
        return f"is never reached: {_named(stopping)} takes all that it matches, and stops"
    if rule.stop or not rule.actions:
        return ""
    setting = {
        attribute: each
        for each in reversed(earlier)
        if is_plain(each)
        for attribute in attributes(each.actions)
    }
    wanted = attributes(rule.actions)
    if all(attribute in setting for attribute in wanted):
        owners = list(dict.fromkeys(_named(setting[attribute]) for attribute in wanted))
        shown = " and ".join(owners[:LISTED_MAX])
        return f"changes nothing: what it sets is set before by {shown}, for all that it matches"
    dropping = setting.get(_attribute(SetIncident(incident=False)))
    if dropping is not None and SetIncident(incident=False) in dropping.actions:
        return f"opens no incident: {_named(dropping)} takes all that it matches before"
    return ""


def is_plain(rule: CompiledRule) -> bool:
    """True if the rule does nothing but match, set and stop."""
    return rule == CompiledRule(
        name=rule.name,
        matchers=rule.matchers,
        conditions=rule.conditions,
        actions=rule.actions,
        stop=rule.stop,
        where=rule.where,
        positions=rule.positions,
        description=rule.description,
        digest=rule.digest,
    )


def attributes(actions: Sequence[Action]) -> list[str]:
    """The names of the attributes that the actions set, each label by itself."""
    found: list[str] = []
    for action in actions:
        if isinstance(action, SetLabels):
            found += [f"label {name}" for name, _ in action.labels]
        else:
            found.append(_attribute(action))
    return found


def _attribute(action: Action) -> str:
    return type(action).__name__


def _named(rule: CompiledRule) -> str:
    return f"{rule.name} ({rule.where})" if rule.where else rule.name
