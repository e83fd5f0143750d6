"""`triaged incident merge` and `split`: two incidents are one trouble, or one is two."""

import argparse
from collections.abc import Callable
from typing import Any

from triaged.cli._output import clean


def arguments(
    merge: argparse.ArgumentParser, split: argparse.ArgumentParser, incident: Callable[[str], str]
) -> None:
    """Arguments of both verbs."""
    merge.add_argument(
        "--into", required=True, type=incident, help="the incident that goes on for both"
    )
    merge.add_argument("--note", help="why they are one: it goes on both timelines")
    split.add_argument(
        "alerts",
        nargs="+",
        type=_alert,
        metavar="SOURCE/FINGERPRINT",
        help="alerts that are another trouble, as `triaged incident alerts` names them",
    )
    split.add_argument("--title", help="the title of the new incident (default: the old one's)")
    split.add_argument("--note", help="why: it goes on both timelines")


def _alert(text: str) -> dict[str, str]:
    source, slash, fingerprint = text.partition("/")
    if not (source and slash and fingerprint):
        raise argparse.ArgumentTypeError(f"an alert is written SOURCE/FINGERPRINT; {text!r} is not")
    return {"source": source, "fingerprint": fingerprint}


def merge_body(options: argparse.Namespace) -> dict[str, object]:
    """The body of a merge."""
    return {"into": options.into, **_given(options, "note")}


def split_body(options: argparse.Namespace) -> dict[str, object]:
    """The body of a split."""
    return {"alerts": options.alerts, **_given(options, "title", "note")}


def _given(options: argparse.Namespace, *names: str) -> dict[str, object]:
    return {name: value for name in names if (value := getattr(options, name))}


def lineage_fields(row: Any) -> list[tuple[str, object]]:
    """Where the incident went and where it comes from."""
    return [
        ("merged into", row.get("merged_into")),
        ("merged", ", ".join(row.get("merged") or [])),
        ("split from", row.get("split_from")),
        ("split off", ", ".join(row.get("split_off") or [])),
    ]


def print_merged(row: Any) -> None:
    """`INC-13 is part of INC-12 now`."""
    print(clean(f"{row['id']} is part of {row['merged_into']} now"))
