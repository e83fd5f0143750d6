import os
from pathlib import Path

from msgspec.structs import replace
from structlog.testing import capture_logs

from tests.api.site import serving
from triaged.core.muting.muters import Muters, Suppressor
from triaged.core.records.matching import Matcher
from triaged.core.records.model import Alert, Outcome, Severity
from triaged.errors import Problem
from triaged.process.maintenance import Upkeep, _stamps_of
from triaged.store.database import restoring


def test_a_file_that_changed_has_another_stamp(tmp_path: Path) -> None:
    file, missing = tmp_path / "config.yaml", tmp_path / "none.yaml"
    file.write_text("a: 1")
    before = _stamps_of([file, missing])

    file.write_text("a: 22")
    os.utime(file, ns=(1, 1))

    assert set(before) == {file}
    assert _stamps_of([file, missing]) != before


def test_a_file_left_alone_has_the_same_stamp(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")

    assert _stamps_of([tmp_path / "a"]) == _stamps_of([tmp_path / "a"])


async def test_a_silence_ends_when_nothing_that_it_matches_fires_any_more(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        upkeep = Upkeep(site.context)
        wish = {"matchers": ["alertname=Down"], "comment": "x", "expire_when_clear": True}
        made = await site.post("/api/v1/silences", wish)
        states = []

        for status in ("nothing", "firing", "resolved"):
            if status != "nothing":
                end = {"endsAt": "2020-01-01T00:00:00Z"} if status == "resolved" else {}
                alert = {"labels": {"alertname": "Down"}, "startsAt": "2019-01-01T00:00:00Z"}
                await site.post("/api/v2/alerts", [alert | end])
            site.clock.ahead_us += 60_000_000
            await upkeep._mind_mutes(site.clock.now())
            states.append((await site.get(f"/api/v1/silences/{made['id']}"))["state"])

    assert states == ["active", "active", "expired"]


async def test_after_a_reload_what_fires_already_suppresses(tmp_path: Path) -> None:
    node = Suppressor("n", (Matcher("alertname", "=", "Node"),), (Matcher("pod", "=~", ".+"),))
    async with serving(tmp_path) as site:
        upkeep, engine = Upkeep(site.context), site.context.engine
        await upkeep._mind_mutes(site.clock.now())
        await site.fire("Node")
        await site.fire("Down", pod="a")
        before = await site.get("/api/v1/incidents/INC-2")

        engine.settings = replace(engine.settings, muters=Muters((node,)))
        configuration = replace(site.context.configuration, settings=engine.settings)
        site.context.configuration = configuration
        await upkeep._mind_mutes(site.clock.now())
        after = await site.get("/api/v1/incidents/INC-2")

    assert before["muted_by"] is None
    assert after["muted_by"] == ["suppress:n"]


class Worse:
    """Rules for which everything is SEV-1."""

    digest = "worse"

    def classify(self, alert: Alert, now: int) -> Outcome:
        """SEV-1, whatever it is."""
        severity = Severity.SEV1
        return Outcome(incident=True, key=(("a", "b"),), title="x", severity=severity, rule="all")


async def test_a_reload_says_how_many_open_incidents_would_differ(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        upkeep = Upkeep(site.context)
        for pod in ("a", "b"):
            await site.fire("Down", pod=pod)
        await site.fire("Other", "Done")
        await site.post("/api/v1/incidents/INC-3/resolve")  # its alert fires on
        with capture_logs() as quiet:
            await upkeep._compare_rules()
        settings = replace(site.context.configuration.settings, rules=Worse())
        site.context.configuration = replace(site.context.configuration, settings=settings)

        with capture_logs() as told:
            await upkeep._compare_rules()
            await upkeep._compare_rules()

    assert quiet == []
    (entry,) = told
    assert (entry["event"], entry["firing"]) == ("rules.compared", 4)
    assert (entry["alerts_differ"], entry["incidents_differ"]) == (4, 2)


async def test_files_are_reloaded_when_they_have_settled(tmp_path: Path) -> None:
    one, other = tmp_path / "a.yaml", tmp_path / "b.yaml"
    one.write_text("1")
    reloads: list[int] = []

    async def reload() -> tuple[Problem, ...]:
        reloads.append(len(reloads))
        return ()

    async with serving(tmp_path) as site:
        site.context.reload = reload
        site.context.configuration = replace(
            site.context.configuration, files=(one, other), watch=True
        )
        upkeep = Upkeep(site.context)
        upkeep._stamps = upkeep._last = await upkeep._look()

        one.write_text("22")
        await upkeep._reload_if_wanted()
        other.write_text("new")
        await upkeep._reload_if_wanted()
        assert reloads == []
        for _ in range(3):
            await upkeep._reload_if_wanted()

    assert reloads == [0]


async def test_what_is_open_after_a_restore_says_so_once(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        await site.fire("Down")
        async with site.context.database.transaction() as tx:
            row = (restoring.RESTORED, site.clock.now())
            await tx.execute("INSERT INTO counters (name, next) VALUES ($1, $2)", *row)
        with capture_logs() as logs:
            for _ in range(2):  # the second is as after another start
                await Upkeep(site.context)._tell_of_restore()
        timeline = await site.get("/api/v1/incidents/INC-1/timeline")

    said = [entry["kind"] for entry in timeline["entries"]]
    assert said.count("incident.restored") == 1
    assert [(one["event"], one["live"]) for one in logs] == [("store.restored", 1)]
