"""Calendars as Google, Exchange and Apple write them, each with all that it adds."""

from pathlib import Path

from tests.feeds.bodies import reading, times

SAMPLES = Path(__file__).parent / "samples"


def shifts_of(name: str) -> list[str]:
    """Each shift of a sample, with its people and level."""
    found = reading((SAMPLES / name).read_bytes().replace(b"\n", b"\r\n"))
    assert (found.refused, found.notes) == ((), ())
    pairs = zip(times(found), found.shifts, strict=True)
    return [
        f"{when} {','.join(one.people) or '?' + one.unknown} {one.level}" for when, one in pairs
    ]


def test_google() -> None:
    assert shifts_of("google.ics") == [
        "2026-03-02T08:00Z/2026-03-09T08:00Z alice 0",
        "2026-03-16T16:00Z/2026-03-17T07:00Z bob 0",
        "2026-03-27T23:00Z/2026-03-29T22:00Z bob 1",
    ]


def test_exchange() -> None:
    assert shifts_of("outlook.ics") == [
        "2026-03-26T23:00Z/2026-03-27T23:00Z alice 0",
        "2026-03-27T23:00Z/2026-03-28T23:00Z alice 0",
        "2026-03-30T22:00Z/2026-03-31T22:00Z alice 0",
        "2026-03-31T22:00Z/2026-04-01T22:00Z bob 0",
        "2026-04-20T16:00Z/2026-04-21T06:00Z bob 0",
    ]


def test_apple() -> None:
    assert shifts_of("apple.ics") == [
        "2026-03-27T19:00Z/2026-03-28T07:00Z bob 0",
        "2026-04-03T18:00Z/2026-04-04T06:00Z bob 0",
        "2026-04-10T18:00Z/2026-04-11T06:00Z ?Alicia 0",
    ]
