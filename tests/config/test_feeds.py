"""Sources of calendar feeds in config.yaml."""

from pathlib import Path

from triaged.config.analyse import useless
from triaged.config.read import Loaded, load
from triaged.core.time.durations import HOUR, MINUTE

ADDRESS = "https://calendar.example.org/private-0a1b2c/rota.ics"
BASE = """
rules: []
allow_empty: true
channels: {con: {kind: console}}
people: {alice: {contacts: {c: {channel: con}}}}
policies: {default: {steps: [{notify: ["schedule:primary"]}]}}
timezone: Europe/Berlin
schedules:
  primary:
"""


def loaded(tmp_path: Path, lines: str) -> Loaded:
    path = tmp_path / "config.yaml"
    path.write_text(f"{BASE}    {lines}\n")
    return load(path, {})


def problems(tmp_path: Path, lines: str) -> list[str]:
    return [each.message for each in loaded(tmp_path, lines).problems]


def test_address_alone_is_a_feed_of_ten_minutes(tmp_path: Path) -> None:
    configuration = loaded(tmp_path, f"ical: {ADDRESS}").configuration

    assert configuration is not None
    feed = configuration.feeds["primary"]
    assert (feed.layer, feed.every_us, feed.timezone) == ("primary", 10 * MINUTE, "Europe/Berlin")
    assert feed.url is not None
    assert feed.url.reveal() == ADDRESS
    assert ADDRESS not in repr(configuration)


def test_webcal_is_https_and_an_address_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "address").write_text(ADDRESS.replace("https", "webcal"))

    lines = "{ical: {url_file: address, every: 1h}, ical_override: {file: covers.ics}}"
    configuration = loaded(tmp_path, lines).configuration

    assert configuration is not None
    feeds = configuration.feeds
    assert feeds["primary"].url is not None
    assert feeds["primary"].url.reveal() == ADDRESS
    assert feeds["primary"].every_us == HOUR
    assert feeds["primary/override"].file == tmp_path / "covers.ics"
    assert feeds["primary/override"].layer == "override"


def test_problems_never_repeat_an_address(tmp_path: Path) -> None:
    for lines in (
        "ical: calendar.example.org/private-0a1b2c",
        "ical: {url: ftp://calendar.example.org/private-0a1b2c}",
    ):
        found = problems(tmp_path, lines)

        assert "expected the address of a calendar" in found[0]
        assert "0a1b2c" not in " ".join(found)


def test_feed_needs_exactly_one_source_and_a_fair_interval(tmp_path: Path) -> None:
    (tmp_path / "rota.ics").touch()

    assert "set one of url, url_file and file" in problems(tmp_path, "ical: {}")[0]
    both = problems(tmp_path, f"ical: {{url: {ADDRESS}, file: rota.ics}}")
    assert "set one of url, url_file and file" in both[0]
    assert "1m to 24h" in problems(tmp_path, f"ical: {{url: {ADDRESS}, every: 30s}}")[0]
    assert "1m to 24h" in problems(tmp_path, f"ical: {{url: {ADDRESS}, every: 2d}}")[0]


def test_missing_file_is_a_warning(tmp_path: Path) -> None:
    found = loaded(tmp_path, "ical: {file: rota.ics}")

    assert [(each.message, each.warning) for each in found.problems] == [
        ("rota.ics is no file, or cannot be read", True)
    ]
    assert not found.unusable


def test_schedule_without_rotations_needs_a_calendar(tmp_path: Path) -> None:
    found = problems(tmp_path, f"ical_override: {ADDRESS}")

    assert "has no rotation: nobody would ever be on call" in found[0]


def test_calendar_may_name_anybody(tmp_path: Path) -> None:
    found = loaded(tmp_path, f"ical: {ADDRESS}")

    assert found.configuration is not None
    assert found.document is not None
    assert useless(found.configuration, found.document) == []
