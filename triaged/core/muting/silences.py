"""Silences: set, changed, ended; what may be silenced, and for how long.

Changing follows Alertmanager: in place while only times, author and comment change and nothing of
the past is touched; else the old one ends and a new one begins.
"""

from collections.abc import Iterator
from typing import Literal

from msgspec.structs import replace

from triaged.core.muting.muters import mutes_everything
from triaged.core.records.answers import Silenced, Unknown
from triaged.core.records.effects import Decision, Effect, LookAgain, SaveSilence
from triaged.core.records.events import SilenceExpired, SilenceLooked, SilenceSet
from triaged.core.records.matching import compiled_size
from triaged.core.records.silences import Silence
from triaged.core.situation import Situation
from triaged.core.time.durations import YEAR, format_duration
from triaged.errors import Problem

MATCHERS_MAX = 64
"""Of a silence: what is longer is a list of alerts, and better several silences."""

MATCHER_MAX = 2000
"""Characters of a name and its value: a pattern has at most half as many."""

AHEAD_MAX_US = YEAR
AUTHOR_MAX = 200
COMMENT_MAX = 2000
TOO_MUCH = "would silence everything: at least one matcher must not match the empty text"


def state_of(silence: Silence, now: int) -> Literal["pending", "active", "expired"]:
    """`pending`, `active` or `expired`."""
    if silence.ends_at <= now:
        return "expired"
    return "pending" if now < silence.starts_at else "active"


def problems(wish: SilenceSet, silence_max: int, now: int) -> list[Problem]:
    """The reasons why the silence cannot be set; `silence_max` in µs."""
    return list(_problems(wish, silence_max, now))


def _problems(wish: SilenceSet, silence_max: int, now: int) -> Iterator[Problem]:
    if not wish.matchers:
        yield Problem("$.matchers", "at least one matcher is wanted")
    elif mutes_everything(wish.matchers):
        yield Problem("$.matchers", TOO_MUCH)
    if len(wish.matchers) > MATCHERS_MAX:
        yield Problem("$.matchers", f"more than {MATCHERS_MAX} matchers")
    if any(len(each.name) + len(each.value) > MATCHER_MAX for each in wish.matchers):
        yield Problem("$.matchers", f"a matcher with more than {MATCHER_MAX} characters")
    if wish.starts_at > now + AHEAD_MAX_US:
        yield Problem("$.starts_at", "more than a year ahead: what is planned is a maintenance")
    if wish.ends_at <= wish.starts_at:
        yield Problem("$.ends_at", "a silence must end after it starts")
    elif wish.ends_at <= now:
        yield Problem("$.ends_at", "the end is in the past")
    elif wish.ends_at - max(wish.starts_at, now) > silence_max:
        longest = format_duration(silence_max)
        yield Problem("$.ends_at", f"longer than {longest}, which is `silence_max`")
    if not wish.by.strip() or len(wish.by) > AUTHOR_MAX:
        yield Problem("$.created_by", f"an author is wanted, of at most {AUTHOR_MAX} characters")
    if not wish.comment.strip():
        yield Problem("$.comment", "a comment is wanted: why, and what ends it")
    if len(wish.comment) > COMMENT_MAX:
        yield Problem("$.comment", f"more than {COMMENT_MAX} characters")


def set_silence(situation: Situation, wish: SilenceSet) -> Decision:
    """A new silence, or a changed one; callers have seen that it has no `problems`."""
    now = situation.now
    effects: list[Effect] = []
    before = None
    if wish.id is not None:
        before = situation.view.silences.get(wish.id)
        if before is None:
            return Decision((), Unknown(f"there is no silence {wish.id[:40]!r}"))
    if before is not None and _changes_in_place(before, wish, now):
        silence = _silence(wish, before.id, wish.starts_at, now)
        silence = replace(silence, met=before.met)
        if state_of(before, now) == "active":
            silence = replace(silence, starts_at=before.starts_at)
    else:
        if before is not None and state_of(before, now) != "expired":
            effects.append(SaveSilence(_ended(before, now)))
        silence = _silence(wish, wish.new_id, max(wish.starts_at, now), now)
    at = now if before is not None else silence.starts_at
    effects += [SaveSilence(silence), LookAgain(max(at, now))]
    return Decision(tuple(effects), Silenced(silence.id))


def _silence(wish: SilenceSet, identity: str, starts_at: int, now: int) -> Silence:
    return Silence(
        id=identity,
        matchers=wish.matchers,
        starts_at=starts_at,
        ends_at=wish.ends_at,
        by=wish.by,
        comment=wish.comment,
        updated_at=now,
        expire_when_clear=wish.expire_when_clear,
        size=compiled_size(wish.matchers),
    )


def _changes_in_place(before: Silence, wish: SilenceSet, now: int) -> bool:
    """https://github.com/prometheus/alertmanager/blob/main/silence/silence.go (canUpdate)."""
    if before.matchers != wish.matchers:
        return False
    match state_of(before, now):
        case "active":
            same_second = before.starts_at // 1_000_000 == wish.starts_at // 1_000_000
            return same_second and wish.ends_at >= now
        case "pending":
            return wish.starts_at >= now
        case _:
            return False


def _ended(silence: Silence, now: int) -> Silence:
    starts_at = min(silence.starts_at, now)
    return replace(silence, starts_at=starts_at, ends_at=now, updated_at=now)


def expire(situation: Situation, event: SilenceExpired) -> Decision:
    """End the silence now; one that has ended stays as it is."""
    silence = situation.view.silences.get(event.id)
    if silence is None:
        return Decision((), Unknown(f"there is no silence {event.id[:40]!r}"))
    if state_of(silence, situation.now) == "expired":
        return Decision((), Silenced(silence.id))
    effects = (SaveSilence(_ended(silence, situation.now)), LookAgain(situation.now))
    return Decision(effects, Silenced(silence.id))


def looked(situation: Situation, event: SilenceLooked) -> Decision:
    """Note that a matched alert fires, or end a silence when none does any more."""
    silence = situation.view.silences.get(event.id)
    if silence is None or not (silence.expire_when_clear and silence.active(situation.now)):
        return Decision()
    if event.met:
        return Decision((SaveSilence(replace(silence, met=True)),) if not silence.met else ())
    if not silence.met:
        return Decision()  # nothing has fired yet: it waits
    return Decision((SaveSilence(_ended(silence, situation.now)), LookAgain(situation.now)))
