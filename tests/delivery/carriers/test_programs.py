"""Real programs: shell scripts that obey, fail, hang and leave others behind."""

from pathlib import Path

import pytest

from triaged.channels import Ended, NoAnswer, Program
from triaged.delivery.carriers.programs import OUTPUT_MAX, run, words
from triaged.wire import Secret

TOKEN = Secret("s3cret-token")


def script(text: str, stdin: bytes = b"", timeout_s: float = 5.0) -> Program:
    """A program of the shell."""
    return Program(("/bin/sh", "-c", text), {"TOKEN": TOKEN}, stdin, timeout_s)


async def test_program_reads_its_message_and_names_it() -> None:
    assert await run(script("cat; exit 0", b"page 17")) == Ended(0, "page 17")


@pytest.mark.parametrize("code", [0, 1, 75, 255])
async def test_exit_code_is_told(code: int) -> None:
    assert await run(script(f"echo why >&2; exit {code}")) == Ended(code, "why")


async def test_signal_is_told() -> None:
    assert await run(script("kill -TERM $$")) == Ended(-15)


async def test_environment_holds_what_is_given_and_the_path() -> None:
    ended = await run(script("env | sort | grep -v '^\\(PWD\\|SHLVL\\|_\\|OLDPWD\\)='; pwd"))

    assert ended == Ended(0, "PATH=/usr/local/bin:/usr/bin:/bin TOKEN=<secret> /")


async def test_nothing_is_expanded() -> None:
    program = Program(("/bin/echo", "$TOKEN", "*", "; id"), {}, b"")

    assert await run(program) == Ended(0, "$TOKEN * ; id")


async def test_secrets_are_kept_out_of_the_output() -> None:
    ended = await run(script('echo "login with $TOKEN failed"; exit 1'))

    assert ended == Ended(1, "login with <secret> failed")
    assert words(b"\x1b[31mred\x00 \xff\nnext", []) == "[31mred \ufffd next"


async def test_output_is_cut_and_does_not_stop_the_program() -> None:
    ended = await run(script(f"yes x | head -c {100 * OUTPUT_MAX}; exit 3"))

    assert isinstance(ended, Ended)
    assert ended.code == 3
    assert len(ended.output) <= 200


async def test_program_that_reads_nothing_gets_no_further() -> None:
    assert await run(script("exec <&-; exit 0", b"x" * 1_000_000)) == Ended(0)


async def test_program_that_hangs_is_killed_with_its_children(tmp_path: Path) -> None:
    mark = tmp_path / "alive"
    text = f"(while :; do touch {mark}; sleep 0.05; done) & sleep 60"

    result = await run(script(text, timeout_s=0.3))

    assert isinstance(result, NoAnswer)
    assert (result.timed_out, result.maybe_accepted) == (True, True)
    assert "within 0.3 s" in result.error
    mark.unlink(missing_ok=True)
    assert await run(script("sleep 0.3")) == Ended(0)
    assert not mark.exists()


async def test_child_that_keeps_the_pipe_open_is_not_waited_for() -> None:
    assert await run(script("echo done; sleep 60 & exit 0")) == Ended(0, "done")


@pytest.mark.parametrize("path", ["/nowhere/at/all", "/etc/passwd", "/etc"])
async def test_what_is_no_program_is_refused(path: str) -> None:
    result = await run(Program((path,), {}, b""))

    assert isinstance(result, NoAnswer)
    assert result.permanent
    assert result.error.startswith("the program cannot be run: ")
