"""The five minutes of the README, followed to the letter: it shows what is printed."""

import os
import pty
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.conftest import ROOT
from tests.e2e.peers import eventually, fetch, free_port, triaged

FIVE_MINUTES = (ROOT / "README.md").read_text().partition("## Five minutes")[2]
CONSOLE = re.findall(r"^```console\n(.*?)^```$", FIVE_MINUTES, re.MULTILINE | re.DOTALL)
POSTED = re.findall(r"curl .* -d '(.*)' http", FIVE_MINUTES)
COLUMNS = 120


def steps() -> Iterator[tuple[list[str], str]]:
    """Each command of `triaged`, and what the README shows below it."""
    for block in CONSOLE:
        for step in block.split("$ ")[1:]:
            command, _, shown = step.partition("\n")
            if command.startswith("triaged "):
                yield shlex.split(command)[1:], shown


def shape(text: str) -> list[str]:
    """The lines without what differs from day to day: numbers, who is on call, widths."""
    text = re.sub(r"\d+", "0", text.replace("\r", ""))
    text = re.sub(r"\b(alice|bob)\b", "somebody", text)
    return [" ".join(line.split()) for line in text.strip().splitlines()]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A daemon with the example, on a free port, after the README's alert."""
    folder, port = tmp_path_factory.mktemp("readme"), free_port()
    example = (ROOT / "config.example.yaml").read_text()
    own = "".join(
        line
        for line in example.splitlines(keepends=True)
        if not line.startswith(("listen:", "public_url:", "auth:"))
    )
    (folder / "rules").symlink_to(ROOT / "rules")
    with triaged(folder, own, port):
        address = f"http://127.0.0.1:{port}"
        fetch(f"{address}/api/v2/alerts", POSTED[0].encode())
        yield address


def printed(words: list[str], url: str) -> str:
    """What the command prints on a terminal."""
    ours, theirs = pty.openpty()
    environment = {
        **os.environ,
        "COLUMNS": str(COLUMNS),
        "NO_COLOR": "1",
        "TRIAGED_URL": url,
        "TZ": "UTC",
    }
    command = [sys.executable, "-m", "triaged", *words]
    found = b""
    with subprocess.Popen(
        command, stdout=theirs, stderr=theirs, cwd=ROOT, env=environment
    ) as running:
        os.close(theirs)
        while True:
            try:
                piece = os.read(ours, 65_536)
            except OSError:  # Linux: the other side is closed
                break
            if not piece:
                break
            found += piece
        assert running.wait(30) == 0
    os.close(ours)
    return found.decode()


def test_what_the_readme_shows_is_what_is_printed(url: str) -> None:
    commands = list(steps())
    assert len(commands) > 5
    for words, shown in commands:
        wanted = shape(shown)

        def matches(words: list[str] = words, wanted: list[str] = wanted) -> bool:
            found = shape(printed(words, url))
            if "…" in wanted:  # only the end is shown
                end = wanted[wanted.index("…") + 1 :]
                return found[-len(end) :] == end
            return found == wanted

        eventually(matches, f"triaged {' '.join(words)}: {wanted}")
