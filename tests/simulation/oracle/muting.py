"""What mutes labels, and when that ends: silences and windows that happen once."""

from collections.abc import Sequence

from triaged.core.records.events import SilenceSet
from triaged.core.records.matching import Matcher
from triaged.core.records.model import Labels
from triaged.core.settings import Settings

Span = tuple[tuple[Matcher, ...], int, int]
"""Matchers, from when, until before when."""


class Muting:
    """The silences that were set, beside the windows of the settings."""

    def __init__(self, recurring: Sequence[Span] = ()) -> None:
        self._recurring = recurring
        """Every occurrence of the windows that come again."""
        self._silences: dict[str, Span] = {}

    def begin(self, wish: SilenceSet) -> None:
        """A silence is set."""
        self._silences[wish.new_id] = (wish.matchers, wish.starts_at, wish.ends_at)

    def end(self, name: str, now: int) -> None:
        """A silence is ended by hand."""
        if name in self._silences:
            matchers, begins, ends = self._silences[name]
            self._silences[name] = (matchers, min(begins, now), min(ends, now))

    def mutes(self, settings: Settings, labels: Labels, at: int) -> bool:
        """Whether an alert with these labels is muted then."""
        return any(
            begins <= at < ends and all(matcher.matches(labels) for matcher in matchers)
            for matchers, begins, ends in self._spans(settings)
        )

    def ends(self, settings: Settings, after: int) -> list[int]:
        """The instants after one at which anything ends that mutes."""
        return sorted({ends for _, _, ends in self._spans(settings) if ends > after})

    def _spans(self, settings: Settings) -> list[Span]:
        windows = [
            (w.matchers, w.start, w.end) for w in settings.muters.maintenance if w.every is None
        ]
        return [*windows, *self._silences.values(), *self._recurring]
