"""The shares of the sources in an incident that resolves with its first or last alert.

An end counts only for what the same source fired: the incident is over when the share of each
source is, by the first or the last of its own alerts, or because none of them fires.
"""

from collections.abc import Iterable, Mapping

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from triaged.core.records.model import AlertState, Outcome
from triaged.core.records.resolving import ResolveWhen, SourceShare

Shares = Mapping[str, SourceShare]
"""By source; as many as send alerts to one incident."""


def first_shares(outcome: Outcome) -> dict[str, SourceShare] | UnsetType:
    """The shares of a new incident: none yet; UNSET where sources are not told apart."""
    when = outcome.resolve.when
    told_apart = when in (ResolveWhen.FIRST, ResolveWhen.LAST) and not outcome.across_sources
    return {} if told_apart else UNSET


def of_alerts(states: Iterable[AlertState]) -> dict[str, SourceShare]:
    """The shares of a new incident in which these alerts fire, in the order of their joins."""
    shares: dict[str, SourceShare] = {}
    for state in sorted(states, key=lambda state: state.attached_at or 0):
        firing = shares.get(state.source, SourceShare()).firing
        shares[state.source] = SourceShare(firing + 1, state.fingerprint)
    return shares


def joined(
    shares: Shares, identity: tuple[str, str], when: ResolveWhen, *, came_back: bool
) -> dict[str, SourceShare]:
    """The shares after an alert has joined."""
    source, fingerprint = identity
    before = shares.get(source, SourceShare())
    stays_over = before.has_ended and when is ResolveWhen.FIRST and not came_back
    return {**shares, source: SourceShare(before.firing + 1, fingerprint, stays_over)}


def left(
    shares: Shares, state: AlertState, when: ResolveWhen, *, ended: bool
) -> dict[str, SourceShare]:
    """The shares after an alert has gone, because it `ended` or because it begins anew."""
    before = shares.get(state.source, SourceShare())
    counts = when is ResolveWhen.FIRST or before.last == state.fingerprint
    firing = max(0, before.firing - 1)
    after = SourceShare(firing, before.last, before.has_ended or (ended and counts))
    return {**shares, state.source: after}


def moved(shares: Shares, theirs: Shares) -> dict[str, SourceShare]:
    """The shares after the firing alerts of another incident have joined."""
    merged = dict(shares)
    for source, share in theirs.items():
        before = merged.get(source, SourceShare(last=share.last))
        merged[source] = replace(before, firing=before.firing + share.firing)
    return merged


def anew(shares: Shares | UnsetType) -> dict[str, SourceShare] | UnsetType:
    """The shares of an incident that opens again: what ended before counts no more."""
    if shares is UNSET:
        return UNSET
    return {source: replace(share, has_ended=False) for source, share in shares.items()}


def all_over(shares: Shares) -> bool:
    """True if the share of each source is over."""
    return all(share.has_ended or share.firing == 0 for share in shares.values())
