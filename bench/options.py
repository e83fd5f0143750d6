"""How thoroughly to measure."""

import sys

import msgspec


class Options(msgspec.Struct, frozen=True):
    """`quick` is for a look, not for a claim."""

    quick: bool = False

    @property
    def runs(self) -> int:
        """How often each peer takes its turn."""
        return 1 if self.quick else 3

    @property
    def seconds(self) -> int:
        """How long a run is measured."""
        return 2 if self.quick else 4

    def say(self, text: str) -> None:
        """Tell whoever waits what was found so far."""
        print(f"    {text}", file=sys.stderr, flush=True)
