"""The few exceptions of triaged.

    TriagedError
    ├── Malformed          a body, a document or an argument that cannot be used; carries `Problem`s
    ├── ConfigurationError the configuration or the rules cannot be used; carries every problem
    ├── Unauthorized       a webhook's signature does not hold
    ├── CopyFailed         the static copy of the status page cannot be written
    └── StoreError         the store did not do what was asked
        ├── StoreUnavailable   it may later: locked, full, unreachable (HTTP 503)
        └── StoreMismatch      it never will: a newer or edited schema, another daemon's lock

Expected outcomes (a conflict, a refused page) are values, not exceptions.
"""

from collections.abc import Sequence

import msgspec


class Problem(msgspec.Struct, frozen=True):
    """One thing that is wrong: where (a JSON path, or FILE:LINE:COL) and what, in a sentence."""

    where: str
    message: str
    warning: bool = False

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message


class TriagedError(Exception):
    """Base of all exceptions that triaged raises on purpose."""


class Malformed(TriagedError):
    """Input that can never be right; `reason` is one of a closed set (a metric label)."""

    def __init__(self, reason: str, message: str, where: str = "") -> None:
        super().__init__(f"{where}: {message}" if where else message)
        self.reason = reason
        self.problem = Problem(where, message)


class ConfigurationError(TriagedError):
    """The configuration cannot be used; `problems` lists all that was found, in file order."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class Unauthorized(TriagedError):
    """A webhook's signature is missing, wrong or stale; the message never holds the secret."""


class CopyFailed(TriagedError):
    """The static copy of the status page cannot be written; the one before stays as it is."""


class StoreError(TriagedError):
    """The store did not do what was asked."""


class StoreUnavailable(StoreError):
    """The store cannot work now (locked, disk full, connection lost) but may later."""


class StoreMismatch(StoreError):
    """The store can never be used as it is: newer schema, edited migration, locked by a daemon."""
