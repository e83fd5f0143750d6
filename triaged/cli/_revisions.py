"""Another version of the configuration: a file, a directory or a git revision of it."""

import io
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from triaged.cli._client import Failed

GIT_TIMEOUT_S = 60


@contextmanager
def other_version(config: Path, against: str) -> Iterator[Path]:
    """The other version's file: `against` itself, or the one of this name in what it names."""
    if Path(against).is_file():
        yield Path(against)
        return
    with TemporaryDirectory() as folder:
        place = Path(against)
        if not place.is_dir():
            place = exported(config, against, Path(folder, "revision"))
        if not (place / config.name).exists():
            raise Failed(f"--against: in {against} there is no {config.name}")
        yield place / config.name


def exported(config: Path, revision: str, folder: Path) -> Path:
    """A copy of the configuration's directory from a git revision."""
    here = config.resolve().parent
    prefix = _git(here, "rev-parse", "--show-prefix").decode().strip()
    wanted = f"{revision}^{{commit}}"
    commit = _git(here, "rev-parse", "--verify", "--quiet", "--end-of-options", wanted)
    top = _git(here, "rev-parse", "--show-toplevel").decode().strip()
    packed = _git(Path(top), "archive", "--format=tar", commit.decode().strip())
    folder.mkdir()
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    return folder / prefix


def _git(here: Path, *words: str) -> bytes:
    command = ["git", "-C", str(here), *words]
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and git is told where options end
            command, capture_output=True, timeout=GIT_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Failed(f"--against: git cannot be run: {error}") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        wanted = "neither a directory nor a git revision of the configuration's repository"
        raise Failed(f"--against: {wanted}" + (f": {said}" if said else ""))
    return done.stdout
