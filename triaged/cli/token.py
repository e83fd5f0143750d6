"""`triaged token`: who may talk to the daemon."""

import argparse
import asyncio
from typing import Any

from triaged.cli import _options
from triaged.cli._client import Failed, client_of, complain
from triaged.cli._output import local_time, print_json, print_table

SUMMARY = "create, list and revoke API tokens"
BASE = "/api/v1/tokens"


def arguments(parser: argparse.ArgumentParser) -> None:
    """`create`, `list`, `revoke`, each perhaps `--offline`."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    create = verbs.add_parser("create", help="make a token; it is printed once")
    create.add_argument("name", help="what it is for, e.g. prometheus")
    create.add_argument(
        "--scope",
        action="append",
        required=True,
        dest="scopes",
        help="admin, respond, read, ingest:<source> or ingest:*; may be repeated",
    )
    create.add_argument("--person", help="whose actions these are")
    create.add_argument("--expires", help="a duration such as 90d (default: never)")
    revoke = verbs.add_parser("revoke", help="make a token useless")
    revoke.add_argument("id")
    for command in (create, verbs.add_parser("list", help="all tokens"), revoke):
        _options.daemon(command)
        _options.config(command)
        command.add_argument(
            "--offline", action="store_true", help="work on the store of a stopped daemon"
        )


def run(options: argparse.Namespace) -> int:
    """Do what the verb says, through the daemon or on its store."""
    try:
        answer = _offline(options) if options.offline else _online(options)
    except Failed as failure:
        return complain(failure)
    if options.output == "json":
        print_json(answer)
    elif options.verb == "create":
        print(answer["token"])
    elif options.verb == "list":
        _print_list(answer)
    else:
        print(f"{options.id} revoked")
    return 0


def _online(options: argparse.Namespace) -> Any:
    client = client_of(options)
    match options.verb:
        case "create":
            return client.post(BASE, _wish(options))
        case "list":
            return client.get(BASE)
        case _:
            return client.delete(f"{BASE}/{options.id}") or {"revoked": options.id}


def _wish(options: argparse.Namespace) -> dict[str, object]:
    wish = {
        "name": options.name,
        "scopes": options.scopes,
        "person": options.person,
        "expires_in": options.expires,
    }
    return {name: value for name, value in wish.items() if value is not None}


def _offline(options: argparse.Namespace) -> Any:
    from triaged.cli._offline import open_store
    from triaged.tokens import TokenWish, create, listing, revoke

    async def work() -> Any:
        store = open_store(options.config, new=options.verb == "create")
        async with store as (database, clock), database.transaction() as tx:
            match options.verb:
                case "create":
                    wish = TokenWish.read(_wish(options))
                    return await create(tx, wish, clock.now())
                case "list":
                    return {"tokens": await listing(tx)}
                case _:
                    if not await revoke(tx, options.id, clock.now()):
                        raise Failed(f"there is no token {options.id}")
                    return {"revoked": options.id}

    return asyncio.run(work())


def _print_list(answer: Any) -> None:
    header = ("ID", "NAME", "SCOPES", "PERSON", "CREATED", "EXPIRES", "STATE")
    rows = [
        (
            row["id"],
            row["name"],
            " ".join(row["scopes"]),
            row["person"] or "",
            local_time(row["created_at"]),
            local_time(row["expires_at"]) or "never",
            "revoked" if row["revoked_at"] else "valid",
        )
        for row in answer["tokens"]
    ]
    print_table(header, rows)
