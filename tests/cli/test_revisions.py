"""Another version of the configuration: a file, a directory, a git revision."""

from pathlib import Path

import pytest

from tests.cli.test_replaying import git
from triaged.cli._client import Failed
from triaged.cli._revisions import other_version


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration in a git repository, changed since its only commit."""
    folder = tmp_path / "here"
    folder.mkdir()
    (folder / "config.yaml").write_text("first")
    git(folder, "init", "-q")
    git(folder, "add", "config.yaml")
    git(folder, "commit", "-q", "-m", "first")
    (folder / "config.yaml").write_text("second")
    return folder / "config.yaml"


def test_a_revision_a_directory_and_a_file_are_versions(config: Path, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("third")
    (tmp_path / "old.yaml").write_text("fourth")

    found = []
    for against in ("HEAD", str(tmp_path), str(tmp_path / "old.yaml")):
        with other_version(config, against) as path:
            found.append(path.read_text())

    assert found == ["first", "third", "fourth"]


def test_a_version_has_a_file_of_this_name(config: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    with (
        pytest.raises(Failed, match=r"there is no config\.yaml"),
        other_version(config, str(tmp_path / "empty")),
    ):
        pass
    with pytest.raises(Failed, match="neither a directory"), other_version(config, "no-such"):
        pass
