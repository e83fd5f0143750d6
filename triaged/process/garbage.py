"""The garbage collector, told what a daemon is like."""

import gc

THRESHOLD = (20_000, 20, 50)
"""A request of 64 alerts makes some hundred objects, which reference counting frees at once."""


def spare_the_collector() -> None:
    """Collect less often: what exists after the start lives for ever, and alerts hold no cycles."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLD)
