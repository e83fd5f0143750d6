"""`triaged token`: create, list and revoke API tokens."""

import argparse
import asyncio
from typing import TYPE_CHECKING, Any

from triaged.cli import _options
from triaged.cli._client import Failed, below, client_of, complain
from triaged.cli._output import local_time, print_json, print_table

if TYPE_CHECKING:
    from triaged.access.tokens import TokenRequest

SUMMARY = "create, list and revoke API tokens"
BASE = "/api/v1/tokens"
LINKS = "/api/v1/sign-in-links"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add `create`, `list` and `revoke`, each with `--offline`."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    create = verbs.add_parser("create", help="make a token; it is printed once")
    create.add_argument("name", nargs="?", help="what it is for, e.g. prometheus")
    create.add_argument(
        "--scope",
        action="append",
        dest="scopes",
        help="admin, respond, read, report, ingest:<source> or ingest:*; may be repeated",
    )
    create.add_argument("--person", help="whose actions these are")
    create.add_argument(
        "--login",
        action="store_true",
        help="print a link by which --person signs in to the console, once, within 10 min; its"
        " role is --scope, `respond` unless given",
    )
    create.add_argument("--expires", help="a duration such as 90d (default: never)")
    revoke = verbs.add_parser("revoke", help="make a token useless")
    revoke.add_argument("id", type=_options.identity, help="the id, as `token list` shows it")
    for command in (create, verbs.add_parser("list", help="all tokens"), revoke):
        _options.daemon(command)
        _options.config(command)
        command.add_argument(
            "--offline", action="store_true", help="work on the store of a stopped daemon"
        )


def run(options: argparse.Namespace) -> int:
    """Run the verb, through the daemon or on its store; the exit status."""
    if options.verb == "create" and (wrong := _misused(options)):
        return complain(Failed(wrong))
    try:
        answer = _offline(options) if options.offline else _online(options)
    except Failed as failure:
        return complain(failure)
    if options.output == "json":
        print_json(answer)
    elif options.verb == "create":
        print(answer["link"] if options.login else answer["token"])
    elif options.verb == "list":
        _print_list(answer)
    else:
        print(f"{options.id} revoked")
    return 0


def _online(options: argparse.Namespace) -> Any:
    client = client_of(options)
    match options.verb:
        case "create" if options.login:
            return client.post(LINKS, _link_request(options))
        case "create":
            return client.post(BASE, _request(options))
        case "list":
            return client.get(BASE)
        case _:
            return client.delete(below(BASE, options.id)) or {"revoked": options.id}


def _misused(options: argparse.Namespace) -> str:
    """What is wrong with the options of `create`; empty: nothing."""
    if options.login:
        wrong = "a name and --expires" if options.name or options.expires else ""
        return f"--login takes no {wrong}" if wrong else "" if options.person else "who? --person"
    if options.name is None:
        return "a name is wanted, such as prometheus; for a link to the console, --login"
    return "" if options.scopes else "at least one --scope is wanted"


def _link_request(options: argparse.Namespace) -> dict[str, object]:
    scopes = {"scopes": options.scopes} if options.scopes else {}
    return {"person": options.person, **scopes}


def _request(options: argparse.Namespace) -> dict[str, object]:
    request = {
        "name": options.name,
        "scopes": options.scopes,
        "person": options.person,
        "expires_in": options.expires,
    }
    return {name: value for name, value in request.items() if value is not None}


def _offline(options: argparse.Namespace) -> Any:
    import msgspec

    from triaged.access.tokens import create, listing, revoke
    from triaged.cli._offline import open_store

    if options.verb == "create" and options.login:
        return _offline_link(options)
    request = _checked(options) if options.verb == "create" else None

    async def work() -> Any:
        store = open_store(options.config, new=request is not None)
        async with store as (database, clock), database.transaction() as tx:
            if request is not None:
                return msgspec.to_builtins(await create(tx, request, clock.now()))
            if options.verb == "list":
                return {"tokens": msgspec.to_builtins(await listing(tx))}
            if not await revoke(tx, options.id, clock.now()):
                detail = "the id is wanted, see `triaged token list`"
                raise Failed(f"there is no token {options.id!r}: {detail}")
            return {"revoked": options.id}

    return asyncio.run(work())


def _offline_link(options: argparse.Namespace) -> Any:
    """A link that the daemon takes once it runs again."""
    import msgspec

    from triaged.access.sessions import TOO_MANY, LinkRequest, link_of, make_link
    from triaged.cli._offline import configuration_of, open_store
    from triaged.core.records.actors import TRIAGED
    from triaged.errors import Malformed

    configuration = configuration_of(options.config)
    wish = msgspec.convert(_link_request(options), LinkRequest)
    try:
        wish.check(configuration.settings.people)
    except Malformed as error:
        raise Failed(str(error)) from None

    async def work() -> Any:
        store = open_store(options.config, new=True)
        async with store as (database, clock), database.transaction() as tx:
            code = await make_link(tx, wish, TRIAGED, clock.now())
        if code is None:
            raise Failed(TOO_MANY)
        return {"link": link_of(configuration.public_url, code)}

    return asyncio.run(work())


def _checked(options: argparse.Namespace) -> "TokenRequest":
    """The request, whose sources and person must be in the configuration."""
    from triaged.access.tokens import TokenRequest
    from triaged.cli._offline import configuration_of
    from triaged.errors import Malformed

    configuration = configuration_of(options.config)
    try:
        wish = TokenRequest.read(_request(options))
    except Malformed as error:
        raise Failed(str(error)) from None
    if dangling := wish.dangling(configuration.sources, configuration.settings.people):
        raise Failed("\n".join(map(str, dangling)))
    return wish


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
            _state(row),
        )
        for row in answer["tokens"]
    ]
    print_table(header, rows)


def _state(row: Any) -> str:
    from triaged.clock import SystemClock
    from triaged.wire import instant_text

    if row["revoked_at"]:
        return "revoked"
    is_over = row["expires_at"] and row["expires_at"] <= instant_text(SystemClock().now())
    return "expired" if is_over else "valid"
