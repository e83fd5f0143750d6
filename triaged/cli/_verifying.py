"""`triaged postmortem verify`: whether exported files and timelines are what they were."""

import argparse
from datetime import datetime
from pathlib import Path
from typing import Any

from triaged.cli._client import Client, Failed, every
from triaged.cli._editing import split
from triaged.cli._output import clean, print_json


def verify(client: Client, options: argparse.Namespace) -> int:
    """Check each file; the exit status is 1 if any was changed or cannot be checked."""
    found = {str(path): _fault_of(client, path) for path in options.files}
    if options.output == "json":
        print_json(
            [{"file": name, "ok": not fault, "fault": fault} for name, fault in found.items()]
        )
    else:
        for name, fault in found.items():
            print(clean(f"{name}: {fault or 'ok'}"))
    return 1 if any(found.values()) else 0


def _fault_of(client: Client, path: Path) -> str:
    """What is wrong with an exported file; empty: nothing."""
    import yaml

    from triaged.core.practice.learning.postmortem_export import text_hash

    try:
        front, text = split(path.read_text(encoding="utf-8"))
        facts = yaml.safe_load(front)
        incident, head = str(facts["id"]), facts["timeline_head"]
        entries, digest = int(head["entries"]), str(head["hash"])
        expected = str(facts["text_sha256"])
    except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError) as error:
        return f"is no exported postmortem: {error!r}"
    if text_hash(text) != expected:
        return "its text was changed after the export"
    try:
        rows = every(client, f"/api/v1/incidents/{incident}/timeline", "entries")["entries"]
    except Failed as failure:
        return str(failure)
    return _fault_of_chain(incident, rows[:entries], entries, digest)


def _fault_of_chain(incident: str, rows: list[Any], entries: int, digest: str) -> str:
    """Compute the chain of the first entries anew, and compare its end."""
    from triaged.core.records.model import ChainedEntry, incident_number
    from triaged.store.tables.timeline import hash_of
    from triaged.wire import instant

    if len(rows) < entries:
        return f"entries after {len(rows)} of the timeline are missing"
    previous = ""
    for row in rows:
        at, recorded_at = (instant(datetime.fromisoformat(row[n])) for n in ("at", "recorded_at"))
        entry = ChainedEntry(
            incident_number(incident) or 0,
            row["seq"],
            at,
            recorded_at,
            row["kind"],
            row["actor"],
            row["text"],
            row["data"],
            "",
        )
        previous = hash_of(previous, entry)
        if previous != row["hash"]:
            return f"entry {row['seq']} of the timeline was changed"
    return "" if previous == digest else "the timeline is not the one that was exported"
