"""Make what a make target needs, from Python's own library, pip and (for tests) apt.

    python3 tools/environment.py run     .venv: what the daemon needs
    python3 tools/environment.py test    .venv-test: all of requirements.lock; peers in .peers

Every package is pinned and hashed in requirements.lock. Nothing happens while it stays as it is.
The package itself is not installed: a .pth file points here, so an edit takes effect at once.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - whoever has an older one needs to be told
    sys.exit("triaged needs Python 3.11 or newer: try the same with PYTHON=python3.11")

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sysconfig
import tomllib
import venv
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
PEERS = ROOT / ".peers"
DAEMON_EXTRAS = ("postgres",)
"""Beyond the plain dependencies, what `make run` installs: every store that can be configured."""

# The second line is read by sh as a command and by Python as a string: unlike after #!, the
# interpreter's path may be long and hold blanks.
LAUNCHER = """#!/bin/sh
'''exec' '{python}' "$0" "$@"
' '''
import sys
from triaged.cli.main import main
sys.exit(main())
"""


class Peer(NamedTuple):
    """A program that tests talk to, and the Debian package that has it."""

    program: str
    package: str
    is_service: bool
    """Unpacked rather than installed: its package would start and enable a service."""
    files: str = ""
    """Below /: where it looks for files of its own, wherever it was unpacked itself."""


NEEDED_PEERS = (
    Peer("prometheus", "prometheus", is_service=True),
    Peer(
        "prometheus-alertmanager",
        "prometheus-alertmanager",
        is_service=True,
        files="usr/share/prometheus/alertmanager",
    ),
    Peer("amtool", "prometheus-alertmanager", is_service=True),
    Peer("systemd-analyze", "systemd", is_service=False),
    Peer("chromium", "chromium", is_service=False),
)


def main(arguments: list[str]) -> int:
    """Make the environment named by the only argument; the exit code."""
    if arguments not in (["run"], ["test"]):
        print(__doc__, file=sys.stderr)
        return 2
    lock = LOCK.read_text()
    try:
        if arguments == ["run"]:
            project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
            make(ROOT / ".venv", subset(lock, daemon_packages(project)))
        else:
            make(ROOT / ".venv-test", lock)
            fetch_peers([peer for peer in NEEDED_PEERS if can_run(peer) and not is_found(peer)])
            for peer in NEEDED_PEERS:
                lay_files(peer)
    except subprocess.CalledProcessError as error:
        print(f"failed: {' '.join(map(str, error.cmd))}", file=sys.stderr)
        return 1
    return 0


# ── the virtual environment ──


def make(folder: Path, requirements: str) -> None:
    """A fresh virtual environment with exactly `requirements`, unless `folder` is that already."""
    state = "\n".join([requirements, str(folder), sys.version, Path(__file__).read_text()])
    stamp, digest = folder / "made-from", hashlib.sha256(state.encode()).hexdigest()
    if stamp.is_file() and stamp.read_text() == digest:
        return
    need_ensurepip()
    say(f"{folder.name}: installing {len(entries(requirements))} packages")
    venv.create(folder, clear=True, with_pip=True, symlinks=True)
    python = folder / "bin" / "python"
    pinned = folder / "requirements.txt"
    pinned.write_text(requirements)
    install = ["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    only = ["--require-hashes", "--only-binary", ":all:", "--requirement"]
    run([python, *install, *only, pinned], env=environment())
    packages = sysconfig.get_path("purelib", "venv", {"base": str(folder)})
    Path(packages, "triaged.pth").write_text(f"{ROOT}\n")
    launcher = folder / "bin" / "triaged"
    launcher.write_text(LAUNCHER.format(python=python))
    launcher.chmod(0o755)
    stamp.write_text(digest)


def environment() -> dict[str, str]:
    """The caller's environment without what would let other packages in."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def need_ensurepip() -> None:
    """Debian packs `ensurepip` apart from Python: get it when root, else say how."""
    if importlib.util.find_spec("ensurepip") is not None:
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        with_lists(apt_install, "python3-venv")
        importlib.invalidate_caches()
    if importlib.util.find_spec("ensurepip") is None:
        sys.exit(
            f"{sys.executable} cannot make virtual environments: it has no `ensurepip`.\n"
            "Run `apt-get install python3-venv` as root, then the same command again."
        )


# ── which packages ──


def daemon_packages(project: Mapping[str, object]) -> set[str]:
    """The names that `[project]` of pyproject.toml asks for to run the daemon."""
    dependencies, extras = project["dependencies"], project["optional-dependencies"]
    assert isinstance(dependencies, list)
    assert isinstance(extras, dict)
    wanted = [*dependencies, *(line for extra in DAEMON_EXTRAS for line in extras[extra])]
    return {name_of(line) for line in wanted}


def name_of(requirement: str) -> str:
    """The normal form of the name that a requirement begins with (PEP 503)."""
    return re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", requirement, maxsplit=1)[0]).lower()


def entries(lock: str) -> dict[str, str]:
    """The lock's text of each package, by name, in order."""
    texts = re.split(r"^(?=[a-z0-9])", lock, flags=re.MULTILINE)[1:]
    return {name_of(text): text for text in texts}


def subset(lock: str, names: Iterable[str]) -> str:
    """The part of the lock that `names` and what they require make up.

    `uv pip compile` notes below each package which others require it (`# via`).
    """
    texts, wanted, size = entries(lock), set(names), 0
    while size != len(wanted):
        size = len(wanted)
        wanted |= {name for name, text in texts.items() if required_by(text) & wanted}
    return "".join(text for name, text in texts.items() if name in wanted)


def required_by(text: str) -> set[str]:
    """The packages in the `# via` comment of one package's text."""
    comments = re.findall(r"^ +# +(?:via +)?(\S+)", text, flags=re.MULTILINE)
    return {name_of(comment) for comment in comments}


# ── programs that tests talk to ──


def is_found(peer: Peer) -> bool:
    """Whether `peer` is on PATH, or was unpacked before."""
    return bool(shutil.which(peer.program)) or (PEERS / "usr/bin" / peer.program).exists()


def can_run(peer: Peer) -> bool:
    """Whether its files are where it looks for them, or may be put there."""
    return not peer.files or Path("/", peer.files).is_dir() or os.geteuid() == 0


def fetch_peers(missing: list[Peer]) -> None:
    """Get what can be had; tests whose peer stays missing skip by its name, or fail in CI."""
    if not missing:
        return
    names = ", ".join(peer.program for peer in missing)
    if not shutil.which("apt-get"):
        say(f"not found, and no apt-get to get them, so their tests are skipped: {names}")
        return
    say(f"getting {names}")
    for package, is_service in dict.fromkeys((p.package, p.is_service) for p in missing):
        try:
            with_lists(unpack if is_service else apt_install, package)
        except subprocess.CalledProcessError:
            say(f"apt could not get {package}: its tests are skipped")


def unpack(package: str) -> None:
    """Lay the package's files below .peers: nothing is installed, started or enabled."""
    PEERS.mkdir(exist_ok=True)
    user = ["-o", "APT::Sandbox::User=root"] if os.geteuid() == 0 else []
    run(["apt-get", "download", "-qq", *user, package], cwd=PEERS)
    for archive in PEERS.glob(f"{package}_*.deb"):
        run(["dpkg", "--extract", archive, PEERS])
        archive.unlink()


def lay_files(peer: Peer) -> None:
    """Put the files of an unpacked peer where it looks for them; without them it does not start."""
    place = Path("/", peer.files)
    if not can_run(peer):
        say(f"{peer.program} needs {place}, which only root can make: its tests are skipped")
        (PEERS / "usr/bin" / peer.program).unlink(missing_ok=True)
    elif (PEERS / peer.files).is_dir() and not place.is_dir():
        shutil.copytree(PEERS / peer.files, place)


def apt_install(package: str) -> None:
    """Install a Debian package, asking nothing."""
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    run(["apt-get", "install", "-qq", "--yes", "--no-install-recommends", package], env=quiet)


def with_lists(get: Callable[[str], None], package: str) -> None:
    """Get `package`; where that fails as root, once more after updating apt's lists."""
    try:
        get(package)
    except subprocess.CalledProcessError:
        if os.geteuid() != 0:
            raise
        run(["apt-get", "update", "-qq"])
        get(package)


def run(
    command: Sequence[str | Path], env: Mapping[str, str] | None = None, cwd: Path = ROOT
) -> None:
    """Run a command, of which only complaints are shown; CalledProcessError if it fails."""
    subprocess.run(command, check=True, env=env, cwd=cwd, stdout=subprocess.DEVNULL)


def say(message: str) -> None:
    """Tell the developer, before what follows takes its time."""
    print(message, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
