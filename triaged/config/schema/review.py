"""The key `review` of config.yaml. These docstrings are the reference."""

import msgspec

from triaged.config.value_types import Notify, Weekly
from triaged.core.time.weekly import WeekTime


class Review(msgspec.Struct, frozen=True):
    """Weekly mail of what `triaged review` finds."""

    to: tuple[Notify, ...]
    """Targets that get it, each `person:`, `schedule:`, `team:` or `channel:` and a name: people by
    their contacts for `notify`."""
    at: Weekly = WeekTime(0, 9 * 60)
    """Day and time at which it is sent, such as `mon 09:00`, in `timezone` of this file."""
