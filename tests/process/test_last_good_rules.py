"""A start with a bad rule file, where its last good text is known."""

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.cli.desk import CONFIG
from tests.conftest import ROOT
from triaged.clock import SystemClock
from triaged.config.read import Loaded, load
from triaged.process.last_good_rules import Startable, startable
from triaged.store.database.connect import open_database
from triaged.store.tables.own import rule_texts

GOOD = "rules: [{name: site, match: ['alertname=\"Down\"'], set: {severity: SEV-1}}]\n"
BAD_TEXTS = {
    "no yaml": "rules: [{name: site\n",
    "refused": GOOD.replace("SEV-1", "SEV-9"),
    "cut off": "rules:\n",
    "empty": "",
    "ends in the middle": GOOD[:30],
}


def read(folder: Path, text: str, config: str = "") -> Loaded:
    """The configuration with this rule file."""
    (folder / "site.yaml").write_text(text)
    (folder / "good.yaml").write_text(GOOD.replace("site", "good"))
    rules = CONFIG.replace(f"{ROOT}/rules/*.yaml", "'*e.yaml', good.yaml")
    (folder / "config.yaml").write_text(rules + config)
    return load(folder / "config.yaml", {})


async def started(folder: Path, loaded: Loaded, **kept: str) -> Startable | None:
    """What a daemon starts with whose store has these texts."""
    database = await open_database(f"sqlite:{folder / 'triaged.db'}", SystemClock())
    try:
        texts = {str(folder / f"{name}.yaml"): text.encode() for name, text in kept.items()}
        async with database.transaction() as tx:
            await rule_texts.replace(tx, texts, 1_000_000)
        return await startable(folder / "config.yaml", loaded, database)
    finally:
        await database.close()


@pytest.mark.parametrize("text", BAD_TEXTS.values(), ids=BAD_TEXTS)
async def test_the_last_good_text_stands_in_for_a_bad_file(tmp_path: Path, text: str) -> None:
    good = read(tmp_path, GOOD).configuration
    loaded = read(tmp_path, text)

    with capture_logs() as logs:
        start = await started(tmp_path, loaded, site=GOOD, good="not asked for")

    assert start is not None
    assert good is not None
    assert start.configuration.settings.rules.digest == good.settings.rules.digest
    (stand_in,) = start.stand_ins
    assert (stand_in.path, stand_in.loaded_at) == (str(tmp_path / "site.yaml"), 1_000_000)
    assert stand_in.error.startswith(f"{tmp_path}/site.yaml")
    assert [one["event"] for one in logs][-1] == "rules.replaced"


async def test_what_is_good_starts_as_it_is(tmp_path: Path) -> None:
    loaded = read(tmp_path, GOOD)

    assert loaded.configuration is not None
    assert await started(tmp_path, loaded, site="old") == Startable(loaded.configuration)


@pytest.mark.parametrize(
    ("config", "kept"),
    [
        ("", {}),
        ("", {"good": GOOD}),
        ("", {"site": BAD_TEXTS["refused"]}),
        ("listn: 1\n", {"site": GOOD}),
        ("tls: {certificate_file: none.pem, key_file: none.pem}\n", {"site": GOOD}),
    ],
    ids=["nothing kept", "another kept", "kept is bad too", "config is bad", "file is missing"],
)
async def test_without_a_good_text_the_start_is_refused(
    tmp_path: Path, config: str, kept: dict[str, str]
) -> None:
    loaded = read(tmp_path, BAD_TEXTS["refused"], config)

    assert await started(tmp_path, loaded, **kept) is None


async def test_a_file_that_was_emptied_on_purpose_is_taken(tmp_path: Path) -> None:
    loaded = read(tmp_path, "allow_empty: true\n")

    start = await started(tmp_path, loaded, site=GOOD)

    assert start is not None
    assert start.stand_ins == ()
