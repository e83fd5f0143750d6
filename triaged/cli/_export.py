"""`triaged incident export`: an incident with all that belongs to it, or as a test of rules."""

import argparse
from typing import Any

from triaged.cli._client import Client, Failed, Misused, below, every
from triaged.cli._output import print_json

SILENCE = "silence:"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add `--as-test`."""
    parser.add_argument(
        "--as-test", action="store_true", help="as YAML for `triaged test`: what came in, what "
        "people did, and what came of it as the expectation"
    )  # fmt: skip


def export(client: Client, path: str, options: argparse.Namespace) -> int:
    """Print the incident at `path` with timeline, alerts, episodes, pages and its postmortem."""
    if options.as_test and options.output == "json":
        raise Misused("--as-test prints YAML for `triaged test`: leave out -o json, or --as-test")
    answers: dict[str, Any] = {"incident": client.get(path)}
    for key, noun in (
        ("timeline", "entries"),
        ("alerts", "alerts"),
        ("episodes", "episodes"),
        ("pages", "pages"),
    ):
        answers[key] = every(client, f"{path}/{key}", noun)[noun]
    answers["silences"] = [
        client.get(below("/api/v1/silences", name)) for name in _silences(answers["timeline"])
    ]
    if options.as_test:
        print(_as_test(answers), end="")
        return 0
    incident = answers["incident"]["id"]
    answers["postmortem"] = client.get(below("/api/v1/postmortems", incident))
    wanted = {"incident": incident}
    answers["actions"] = every(client, "/api/v1/actions", "actions", wanted)["actions"]
    print_json(answers)
    return 0


def _silences(timeline: list[Any]) -> list[str]:
    """The ids of the silences that muted the incident at any time."""
    told = [entry["data"].get("by", []) for entry in timeline if entry["kind"] == "incident.muted"]
    names = [name for names in told for name in names if name.startswith(SILENCE)]
    return [name.removeprefix(SILENCE) for name in dict.fromkeys(names)]


def _as_test(answers: dict[str, Any]) -> str:
    import msgspec

    from triaged.dry_run.ruletests.exporting import exported

    try:
        return exported(answers)
    except msgspec.ValidationError as error:
        raise Failed(f"the daemon's answers are not understood: {error}") from None
    except ValueError as error:
        raise Failed(str(error)) from None
