"""Differences between two runs over one period: incidents, severities, pages, targets.

Incidents are linked through the alerts that they share; one that a person declared, through the
declaration.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec

from triaged.core.records.model import Severity
from triaged.core.settings import Settings
from triaged.core.time.durations import SECOND
from triaged.core.time.nights import night_of
from triaged.dry_run.replay.replay import CARRIED, Ran, Run


class Tally(msgspec.Struct, frozen=True):
    """The numbers of one run."""

    incidents: int
    severities: dict[str, int]
    missed: int
    suppressed: int | None
    pages: int
    night_pages: int
    people: dict[str, tuple[int, int]]
    """Recipient → (number of pages, number of those at night)."""
    hours: tuple[int, ...]
    """Pages by the reader's hour of day."""


class Changed(msgspec.Struct, frozen=True):
    """An incident that differs, as it is in each run."""

    before: tuple[Ran, ...]
    after: tuple[Ran, ...]


class RunComparison(msgspec.Struct, frozen=True):
    """Two runs beside each other."""

    before: Tally
    after: Tally
    same: int
    """Number of incidents that are alike in both runs, in severity and in pages."""
    severities: tuple[Changed, ...]
    """Incidents of both runs whose severity differs."""
    paged: tuple[Changed, ...]
    """Incidents of both runs with the same severity whose pages differ."""
    opened: tuple[Changed, ...]
    vanished: tuple[Changed, ...]
    merged: tuple[Changed, ...]
    """Incidents of the first run that are one in the second."""
    split: tuple[Changed, ...]
    """Incidents of the first run that are several in the second."""
    carried: int
    """Incidents left out because their alerts belonged to one from before the period."""

    @property
    def nothing(self) -> bool:
        """True if the runs are alike."""
        return not any(
            (self.severities, self.paged, self.opened, self.vanished, self.merged, self.split)
        )


def tally(run: Run, settings: Settings) -> Tally:
    """The numbers of a run; hours are counted in the people's time zones."""
    people: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    hours = [0] * 24
    zones: dict[str, ZoneInfo] = {}
    for ran in run.incidents:
        for page in ran.pages:
            zone = zones.get(page.whom)
            if zone is None:
                person = settings.people.get(page.whom)
                zone = ZoneInfo(person.timezone if person else settings.timezone)
                zones[page.whom] = zone
            hours[datetime.fromtimestamp(page.at // SECOND, UTC).astimezone(zone).hour] += 1
            people[page.whom][0] += 1
            people[page.whom][1] += night_of(page.at, zone) is not None
    severities = Counter(ran.severity for ran in run.incidents)
    return Tally(
        incidents=len(run.incidents),
        severities={each.value: severities[each] for each in Severity},
        missed=sum(ran.missed for ran in run.incidents),
        suppressed=run.suppressed,
        pages=sum(hours),
        night_pages=sum(night for _, night in people.values()),
        people={whom: (all_, night) for whom, (all_, night) in sorted(people.items())},
        hours=tuple(hours),
    )


def metrics(numbers: Tally) -> dict[str, int]:
    """Every number by the name that `--fail-if` knows."""
    found = {"incidents": numbers.incidents, "pages": numbers.pages}
    found |= {"night_pages": numbers.night_pages, "missed": numbers.missed}
    if numbers.suppressed is not None:
        found["suppressed"] = numbers.suppressed
    found |= {name.lower().replace("-", ""): n for name, n in numbers.severities.items()}
    for whom, (pages, night) in numbers.people.items():
        found |= {f"person:{whom}.pages": pages, f"person:{whom}.night_pages": night}
    return found


def compare_runs(before: Run, after: Run, settings: Settings) -> RunComparison:
    """The comparison of the runs `before` and `after`."""
    links, carried = _links(before, after)
    old = {ran.number: ran for ran in before.incidents}
    new = {ran.number: ran for ran in after.incidents if ran.number not in carried}
    found: dict[str, list[Changed]] = defaultdict(list)
    same = 0
    for olds, news in _groups(links, old, new):
        changed = Changed(tuple(old[n] for n in olds), tuple(new[n] for n in news))
        kind = _kind(changed)
        if kind:
            found[kind].append(changed)
        else:
            same += 1
    return RunComparison(
        before=tally(before, settings),
        after=tally(after, settings),
        same=same,
        severities=tuple(found["severities"]),
        paged=tuple(found["paged"]),
        opened=tuple(found["opened"]),
        vanished=tuple(found["vanished"]),
        merged=tuple(found["merged"]),
        split=tuple(found["split"]),
        carried=len(carried),
    )


def _kind(changed: Changed) -> str:
    match changed:
        case Changed(before=(), after=_):
            return "opened"
        case Changed(before=_, after=()):
            return "vanished"
        case Changed(before=(one,), after=(other,)):
            if one.severity is not other.severity:
                return "severities"
            return "" if _paged(one) == _paged(other) else "paged"
        case Changed(before=_, after=(_,)):
            return "merged"
        case _:
            return "split"


def _paged(ran: Ran) -> Counter[str]:
    return Counter(page.whom for page in ran.pages)


def _links(before: Run, after: Run) -> tuple[set[tuple[int, int]], frozenset[int]]:
    """Pairs of incidents that share an alert; those after that are of before the period."""
    pairs = set(zip(before.homes, after.homes, strict=True))
    carried = {new for old, new in pairs if old == CARRIED}
    declared = {ran.declared: ran.number for ran in before.incidents if ran.declared}
    pairs |= {
        (declared[ran.declared], ran.number) for ran in after.incidents if ran.declared in declared
    }
    links = {(old, new) for old, new in pairs if old > 0 and new > 0}
    links |= _successors(before, after, links)
    return links, frozenset(carried - {new for _, new in links} - {0, CARRIED})


def _successors(before: Run, after: Run, links: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """Pairs that took over from linked ones or paged for them, and from these in turn."""
    ways = [(_next(before), _next(after)), (_umbrella(before), _umbrella(after))]
    found: set[tuple[int, int]] = set()
    rest = list(links)
    while rest:
        a, b = rest.pop()
        for old, new in ways:
            pair = (old.get(a, 0), new.get(b, 0))
            if all(pair) and pair not in found:
                found.add(pair)
                rest.append(pair)
    return found


def _next(run: Run) -> dict[int, int]:
    return {ran.took_over: ran.number for ran in run.incidents if ran.took_over}


def _umbrella(run: Run) -> dict[int, int]:
    return {ran.number: ran.umbrella for ran in run.incidents if ran.umbrella}


def _groups(
    links: set[tuple[int, int]], old: Mapping[int, Ran], new: Mapping[int, Ran]
) -> list[tuple[list[int], list[int]]]:
    """Incidents that hang together, by number; those that hang with nothing are alone."""
    beside: dict[tuple[bool, int], list[tuple[bool, int]]] = defaultdict(list)
    for a, b in links:
        if a in old and b in new:
            beside[False, a].append((True, b))
            beside[True, b].append((False, a))
    groups, seen = [], set[tuple[bool, int]]()
    for start in [*((False, n) for n in old), *((True, n) for n in new)]:
        if start in seen:
            continue
        group, rest = [], [start]
        seen.add(start)
        while rest:
            node = rest.pop()
            group.append(node)
            rest += [one for one in beside[node] if one not in seen]
            seen.update(beside[node])
        olds = sorted(n for is_new, n in group if not is_new)
        groups.append((olds, sorted(n for is_new, n in group if is_new)))
    return groups
