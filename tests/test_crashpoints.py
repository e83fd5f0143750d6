import os
import re
import signal
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from triaged.crashpoints import POINTS, crash_point


def test_every_point_is_come_by_somewhere() -> None:
    sources = [path.read_text() for path in (ROOT / "triaged").rglob("*.py")]

    found = set(re.findall(r'crash_point\("(\w+)"\)', "".join(sources)))

    assert found == set(POINTS)


def test_without_a_wish_nothing_happens() -> None:
    for name in POINTS:
        crash_point(name)


@pytest.mark.parametrize(("wish", "passes"), [("after_commit", 0), ("after_commit:3", 2)])
def test_the_process_ends_at_the_wished_time(wish: str, passes: int) -> None:
    code = (
        "from triaged.crashpoints import crash_point\n"
        "for n in range(5): crash_point('after_commit'); print(n)"
    )

    done = subprocess.run(
        [sys.executable, "-u", "-c", code],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TRIAGED_CRASH_AT": wish},
    )

    assert done.returncode == -signal.SIGKILL
    assert done.stdout.split() == [str(n).encode() for n in range(passes)]
