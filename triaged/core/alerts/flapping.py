"""Flapping: an incident that keeps re-opening pages once more, says so, and then keeps quiet.

While it flaps, it stays open until nothing has fired in it for `within`; alerts that come back in
the meantime join it and page nobody, unless the severity rises. A person who
resolves it ends that, too: what comes back then is news (docs/decisions/0013). The returns of each
source are counted for themselves, unless a rule says `across_sources`.
"""

from collections.abc import Sequence
from itertools import zip_longest

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from triaged.core.draft import Draft
from triaged.core.records.actors import TRIAGED
from triaged.core.records.model import Entry, Flapping, Incident
from triaged.core.situation import Situation
from triaged.core.time.durations import format_duration

RETURNS_KEPT = 20
"""Instants at which a flapping incident came back: enough to say how often it does lately."""


def returned(situation: Situation, draft: Draft, source: str) -> None:
    """Count a return of the incident by an alert of `source`; enough of them make it flap."""
    now = situation.now
    if draft.incident.drill is not UNSET:
        return
    limit, known = situation.settings.flapping, draft.incident.flapping
    source = "" if draft.incident.across_sources else source
    if known is not UNSET and known.since is not None:
        lately = _lately(known, source, known.within_us, now)[-RETURNS_KEPT:]
        returns = _flapping(lately, known.within_us)
        draft.change(flapping=replace(returns, since=known.since, held=known.held + 1))
        return
    if limit is None:
        return
    lately = _lately(known, source, limit.within_us, now)
    own = [each for each in lately if each[1] in (source, "")]
    if len(own) < limit.reopens:
        draft.change(flapping=_flapping(lately, limit.within_us))
        return
    returns = _flapping(own[-RETURNS_KEPT:], limit.within_us)
    draft.change(flapping=replace(returns, since=now))
    often = f"{len(own)} times in {format_duration(limit.within_us)}"
    text = f"flapping: {often}; it stays open until it has been quiet for that long"
    data: dict[str, object] = {"times": len(own), "within_us": limit.within_us}
    draft.say(Entry(now, "incident.flapping", TRIAGED, text, data))


def _lately(
    known: Flapping | UnsetType, source: str, within_us: int, now: int
) -> list[tuple[int, str]]:
    """(instant, source) of the returns within the window, with the one of `source` now."""
    before = () if known is UNSET else zip_longest(known.at, known.sources, fillvalue="")
    return [each for each in (*before, (now, source)) if each[0] > now - within_us]


def _flapping(returns: Sequence[tuple[int, str]], within_us: int) -> Flapping:
    at, sources = zip(*returns, strict=True)
    return Flapping(at, within_us, sources=sources)


def hold_us(situation: Situation, draft: Draft) -> int:
    """The time without firing alerts after which it resolves; after steady firing it settles."""
    incident = draft.incident
    flapping = incident.flapping
    if flapping is UNSET or flapping.since is None:
        return incident.resolve.hold_us
    if flapping.at and situation.now - flapping.at[-1] < flapping.within_us:
        return max(incident.resolve.hold_us, flapping.within_us)
    settle(situation, draft)
    return incident.resolve.hold_us


def settle(situation: Situation, draft: Draft) -> None:
    """End the flapping: it was quiet or steady for long enough, or a person resolved it."""
    flapping = draft.incident.flapping
    if flapping is UNSET or flapping.since is None:
        return
    draft.change(flapping=UNSET)
    text = f"flaps no more; it came back {flapping.held} times while it was held open"
    data: dict[str, object] = {"since": flapping.since, "held": flapping.held}
    draft.say(Entry(situation.now, "incident.settled", TRIAGED, text, data))


def in_words(incident: Incident) -> str | None:
    """`flapping: 5 times in 30m`, for the text of pages; None when it does not flap."""
    flapping = incident.flapping
    if flapping is UNSET or flapping.since is None:
        return None
    return f"flapping: {len(flapping.at)} times in {format_duration(flapping.within_us)}"
