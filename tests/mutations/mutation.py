"""A guard and the way to take it out."""

from typing import NamedTuple


class Mutation(NamedTuple):
    """One guard: its exact text in a file, what stands there without it, and who notices."""

    promise: str
    path: str
    guard: str
    instead: str
    tests: tuple[str, ...]
    """Tests as pytest takes them, of which at least one must fail without the guard."""
