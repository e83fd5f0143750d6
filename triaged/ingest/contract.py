"""What a source kind has: `SourceKind`, which each module here fulfils, and what it may have.

One bad alert never costs its neighbours: it is `Rejected`. A body in which nothing is usable is
`Malformed` with the reason of its first alert.
"""

from collections.abc import Iterator
from typing import Any, Protocol, runtime_checkable

from triaged.ingest import Parsed, Received
from triaged.ingest.common.pieces import Piece
from triaged.plugins import OpenSet


class SourceKind(Protocol):
    """The members of every kind. `settings` is an instance of the kind's own `Settings`."""

    Settings: type[Any]
    """The Struct with the keys of `sources.<name>` that belong to the kind; all have defaults."""
    STALE_AFTER_US: int | None
    """The time without a repeat after which an alert lapses by default. None: it never does."""

    def parse(self, received: Received, settings: Any) -> Parsed:  # noqa: ANN401 - of the kind
        """The alerts and changes of a body. Raises `Malformed` for one with nothing usable."""

    def pieces(self, body: bytes, settings: Any) -> Iterator[Piece | None]:  # noqa: ANN401 - of the kind
        """A large body as bodies that `parse` takes; None is a moment for others to go first."""


@runtime_checkable
class Signed(Protocol):
    """A kind whose senders can sign."""

    def verify(self, received: Received, settings: Any) -> bool:  # noqa: ANN401 - of the kind
        """True if a signature is required, which holds then. Raises `Unauthorized` if not."""


@runtime_checkable
class Countable(Protocol):
    """A kind that can count without parsing."""

    def count(self, received: Received, settings: Any) -> int | None:  # noqa: ANN401 - of the kind
        """The number of alerts that `parse` gives; None when only `parse` can tell."""


@runtime_checkable
class Recognizable(Protocol):
    """A kind whose bodies can be told from those of other kinds."""

    def detect(self, body: bytes) -> bool:
        """True if a body looks like one of this kind."""


@runtime_checkable
class CheckedSettings(Protocol):
    """A kind whose settings can be wrong although the type of each is right."""

    def problems(self, settings: Any) -> list[str]:  # noqa: ANN401 - of the kind
        """The mistakes in the settings, each as `key.path: message`."""


SOURCES: OpenSet[SourceKind] = OpenSet(
    "triaged.ingest", SourceKind, Signed, Countable, Recognizable, CheckedSettings
)
"""Every source kind."""
