"""Files are reloaded once they have settled; SIGHUP reloads at the next turn."""

import os
from pathlib import Path

from msgspec.structs import replace

from tests.api.site import configuration_of
from triaged.config.model import Configuration
from triaged.process.maintenance.reload_watch import ReloadWatch, stamps_of


class Reloads:
    """Counts the reloads of a configuration that names these files."""

    def __init__(self, folder: Path, files: tuple[Path, ...], *, watch: bool) -> None:
        self.configuration = replace(configuration_of(folder), files=files, watch=watch)
        self.count = 0

    def current(self) -> Configuration:
        """The configuration in force."""
        return self.configuration

    async def reload(self) -> None:
        """Count."""
        self.count += 1


def test_a_file_that_changed_has_another_stamp(tmp_path: Path) -> None:
    file, missing = tmp_path / "config.yaml", tmp_path / "none.yaml"
    file.write_text("a: 1")
    before = stamps_of([file, missing])

    file.write_text("a: 22")
    os.utime(file, ns=(1, 1))

    assert set(before) == {file}
    assert stamps_of([file, missing]) != before


def test_a_file_left_alone_has_the_same_stamp(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")

    assert stamps_of([tmp_path / "a"]) == stamps_of([tmp_path / "a"])


async def test_files_are_reloaded_when_they_have_settled(tmp_path: Path) -> None:
    one, other = tmp_path / "a.yaml", tmp_path / "b.yaml"
    one.write_text("1")
    reloads = Reloads(tmp_path, (one, other), watch=True)
    watch = ReloadWatch(reloads.current, reloads.reload)

    one.write_text("22")
    await watch.once()
    other.write_text("new")
    await watch.once()
    assert reloads.count == 0
    for _ in range(3):
        await watch.once()

    assert reloads.count == 1


async def test_without_watch_only_a_request_reloads(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("1")
    reloads = Reloads(tmp_path, (file,), watch=False)
    watch = ReloadWatch(reloads.current, reloads.reload)

    file.write_text("22")
    for _ in range(3):
        await watch.once()
    assert reloads.count == 0
    watch.request()
    for _ in range(3):
        await watch.once()

    assert reloads.count == 1
