"""Nights, in the time zone of whoever is woken."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from triaged.core.time.durations import SECOND

NIGHT = (22, 7)
"""From ten in the evening to seven in the morning, on the reader's clock."""

NIGHT_TEXT = f"{NIGHT[0]:02}:00–{NIGHT[1]:02}:00"


def night_of(at: int, zone: ZoneInfo) -> date | None:
    """The day on whose evening the night began in which an instant lies; None: it is day."""
    wall = datetime.fromtimestamp(at // SECOND, UTC).astimezone(zone)
    if wall.hour >= NIGHT[0]:
        return wall.date()
    return wall.date() - timedelta(days=1) if wall.hour < NIGHT[1] else None
