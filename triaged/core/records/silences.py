"""Silences as people set them. Instants are µs."""

import msgspec

from triaged.core.records.matching import Matcher


class Silence(msgspec.Struct, frozen=True):
    """Mutes alerts that match all `matchers`, from `starts_at` until before `ends_at`."""

    id: str
    matchers: tuple[Matcher, ...]
    starts_at: int
    ends_at: int
    by: str
    comment: str
    updated_at: int
    expire_when_clear: bool = False
    """It ends by itself when nothing that it matches fires any more."""
    met: bool = False
    """Something that it matches has been seen firing; only then can that be over."""

    size: int = 0
    """Compiled size of its patterns."""

    def active(self, at: int) -> bool:
        """True if it mutes at an instant."""
        return self.starts_at <= at < self.ends_at
