"""`triaged store`: migrate, restore, verify, prune a stopped daemon's store; copy any."""

import argparse
import asyncio
from pathlib import Path
from typing import Any

from triaged.cli import _options
from triaged.cli._client import Failed, complain
from triaged.cli._output import print_fields, print_json

SUMMARY = "work on the store of a stopped daemon, or copy that of a running one"
VERBS = {
    "migrate": "bring the schema up to date",
    "verify": "check the hash chain of every timeline",
    "prune": "delete what is past its retention",
    "info": "count what there is",
    "backup": "write a whole copy to a file, while the daemon runs or not",
    "restore": "put a copy in the place of the store; PostgreSQL: what pg_restore has put back",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add a sub-command for each verb."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb, what in VERBS.items():
        one = verbs.add_parser(verb, help=what)
        _options.config(one)
        _options.output(one)
        if verb == "backup":
            one.add_argument("file", type=Path)
        if verb == "restore":
            one.add_argument("file", type=Path, nargs="?", help="for PostgreSQL none")


def run(options: argparse.Namespace) -> int:
    """Run the verb; exit status 1 when it failed or a timeline's chain is broken."""
    from triaged.errors import StoreError

    try:
        answer = asyncio.run(_work(options))
    except (Failed, StoreError) as failure:
        return complain(failure)
    if options.output == "json":
        print_json(answer)
    else:
        _print(answer)
    return 1 if answer.get("problems") else 0


def _print(answer: dict[str, Any]) -> None:
    shown = answer.get("pruned", answer)
    print_fields((name, value) for name, value in shown.items() if name != "problems")
    for problem in answer.get("problems", []):
        print(problem)
    if not shown:
        print("nothing is past its retention")


async def _work(options: argparse.Namespace) -> dict[str, Any]:
    from triaged.cli._offline import existing, open_store, store_url
    from triaged.store.database import backup, restoring
    from triaged.store.queries import info, verify

    if options.verb == "backup":
        await backup.backup(_sqlite(existing(store_url(options.config)), "pg_dump"), options.file)
        return {"backup": str(options.file)}
    if options.verb == "restore" and options.file is not None:
        path = _sqlite(store_url(options.config), "pg_restore")
        replaced = await backup.restore(path, options.file)
        return {"restored": str(options.file), "replaced": replaced and str(replaced)}
    async with open_store(options.config, new=options.verb == "migrate") as (database, clock):
        match options.verb:
            case "verify":
                found = await verify.verify(database)
                problems = [str(problem) for problem in found.problems]
                counts = {"incidents": found.incidents, "entries": found.entries}
                return {**counts, "sound": not problems, "problems": problems}
            case "prune":
                return await _prune(options.config, database, clock.now())
            case "restore":
                if database.name != "postgresql":
                    raise Failed("say which FILE to put in the place of the store")
                async with database.transaction() as tx:
                    await restoring.set_apart_restored(tx)
                return {"restored": database.name}
            case _:  # migrating is what opening does
                async with database.reading() as tx:
                    return {"store": database.name, **await info.summary(tx)}


def _sqlite(url: str, instead: str) -> Path:
    """The file of an SQLite store; for another database, Failed names what to use `instead`."""
    if not url.startswith("sqlite:"):
        raise Failed(f"for PostgreSQL use {instead}, which is made for it")
    return Path(url.removeprefix("sqlite:"))


async def _prune(config: Path, database: Any, now: int) -> dict[str, Any]:
    import os

    from triaged.config.read import load
    from triaged.store import retention

    configuration = load(config, os.environ).configuration
    assert configuration is not None, "open_store has loaded it"
    return {"pruned": await retention.prune(database, configuration.retention, now)}
