import re
import signal
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from triaged.crashpoints import POINTS, no_crash


def test_every_point_is_reached_somewhere() -> None:
    sources = [path.read_text() for path in (ROOT / "triaged").rglob("*.py")]

    found = set(re.findall(r'crash_point\("(\w+)"\)', "".join(sources)))

    assert found == set(POINTS)


def test_in_production_nothing_happens() -> None:
    for name in POINTS:
        no_crash(name)


def test_no_module_reads_a_crash_point_from_the_environment_or_kills_its_process() -> None:
    sources = {path: path.read_text() for path in (ROOT / "triaged").rglob("*.py")}

    programs = ROOT / "triaged" / "delivery" / "carriers" / "programs.py"  # ends what it started
    found = {path for path, text in sources.items() if re.search("SIGKILL|CRASH_AT", text)}
    assert found == {programs}
    assert "os.killpg(process.pid, signal.SIGKILL)" in sources[programs]


@pytest.mark.parametrize(("wanted", "passes"), [("after_commit", 0), ("after_commit:3", 2)])
def test_the_launcher_ends_the_process_at_the_wanted_time(wanted: str, passes: int) -> None:
    code = (
        "from tests.crash.launcher import crash_at\n"
        f"reached = crash_at({wanted!r})\n"
        "for n in range(5): reached('before_commit'); reached('after_commit'); print(n)"
    )

    done = subprocess.run(
        [sys.executable, "-u", "-c", code], capture_output=True, check=False, cwd=ROOT
    )

    assert done.returncode == -signal.SIGKILL
    assert done.stdout.split() == [str(n).encode() for n in range(passes)]
