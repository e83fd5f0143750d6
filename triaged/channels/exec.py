"""`exec`: pages through a program of yours, for what no other channel reaches.

It gets the message as JSON on its standard input, as a `webhook` receives it, and says by its exit
code what became of it: 0 it is delivered, 75 it may be later (EX_TEMPFAIL of sysexits.h), anything
else it never will. What it writes is the reason. Nothing runs unless config.yaml says
`allow_exec: true`.
"""

import re
from collections.abc import Mapping

import msgspec

from triaged.channels import Ended, NoAnswer, Notice, Program, Result, verdict_without_answer
from triaged.channels.webhook import BODY_MAX, brief, document
from triaged.core.records.events import Delivered, Refused, TryAgain, Verdict
from triaged.core.time.durations import SECOND, format_duration, parse_duration
from triaged.wire import Secret, encode

RUNS_PROGRAMS = True
TIMEOUT_MAX_US = 60 * SECOND
"""A program that takes longer than 8 s is not waited for: the next contact is tried beside it."""

ARGUMENTS_MAX = 50
LATER = 75
REF_MAX = 100

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Settings(msgspec.Struct, frozen=True):
    """Keys of a channel of kind `exec`."""

    command: tuple[str, ...]
    """Program, as an absolute path, and its arguments. There is no shell: nothing in them is
    expanded."""
    environment: Mapping[str, Secret] = {}
    """Variables of its environment, such as a token. It finds these and PATH, nothing else."""
    timeout: str = "10s"
    """Longest duration of a run, at most 1m; then it is killed, with all that it has started."""

    def __post_init__(self) -> None:
        """Refuse settings with which nothing could be run. Raises ValueError."""
        if not 0 < len(self.command) <= ARGUMENTS_MAX or not self.command[0].startswith("/"):
            raise ValueError("command must begin with the absolute path of a program")
        if any("\0" in each for each in self.command):
            raise ValueError("command holds a character that no argument may")
        for name, value in self.environment.items():
            if not _NAME.fullmatch(name) or "\0" in value.reveal():
                raise ValueError(f"environment holds {name!r}, which no variable may be or hold")
        timeout_s(self.timeout)


def timeout_s(text: str) -> float:
    """Seconds of a `timeout`; ValueError when it is none, or too long."""
    try:
        found = parse_duration(text)
    except ValueError:
        found = 0
    if not 0 < found <= TIMEOUT_MAX_US:
        most = format_duration(TIMEOUT_MAX_US)
        raise ValueError(f"timeout must be a duration of at most {most}, such as 5s")
    return found / SECOND


def request(notice: Notice, settings: Settings, at: int) -> Program:
    """The run of the program for a notice; its contact's address is in the JSON."""
    found = encode(_said(notice, at))
    if len(found) > BODY_MAX:
        found = encode(_said(brief(notice), at))
    return Program(settings.command, settings.environment, found, timeout_s(settings.timeout))


def _said(notice: Notice, at: int) -> dict[str, object]:
    to = "" if notice.contact is None else notice.contact.to
    return {**document(notice, at), "to": to}


def verdict(result: Result) -> Verdict:
    """Its exit code decides; what it wrote says why, or names the message."""
    match result:
        case Ended(code=0, output=output):
            return Delivered(output[:REF_MAX])
        case Ended(code=code, output=output) if code == LATER:
            return TryAgain(f"exit code {code} {output}".rstrip())
        case Ended(code=code, output=output):
            how = f"exit code {code}" if code > 0 else f"ended by signal {-code}"
            return Refused(f"{how} {output}".rstrip())
        case NoAnswer():
            return verdict_without_answer(result)
        case _:
            return Refused(f"not an outcome of a program: {type(result).__name__}")
