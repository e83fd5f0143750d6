"""`triaged oncall override|cover|swap`: change who is on call."""

import argparse
import sys
from datetime import datetime, timedelta
from typing import Any

from triaged.cli import _options
from triaged.cli._client import Client, Failed, Misused, below, every
from triaged.cli._oncall_week import override_text, present, when
from triaged.cli._output import clean, local_time, print_json, print_table

SCHEDULES, OVERRIDES, SWAPS = "/api/v1/schedules", "/api/v1/overrides", "/api/v1/swaps"
VERBS = frozenset({"override", "cover", "swap"})
TIME = "RFC 3339, or the time on the wall here: 18:00, 2026-12-24T18:00"

SEARCHED_DAYS = 60
"""How far around an instant the ends of the shift that is swapped are looked for."""


def arguments(verbs: Any) -> None:
    """Add the verbs."""
    _override_arguments(verbs.add_parser("override", help="who is on call instead of whom"))
    cover = verbs.add_parser("cover", help="take the pager for a while")
    _options.daemon(cover)
    cover.add_argument("schedule", nargs="?", help="unless there is only one")
    until = cover.add_mutually_exclusive_group()
    until.add_argument("--for", dest="duration", metavar="DURATION", help="such as 2h")
    until.add_argument("--until", metavar="TIME", help=f"{TIME} (default: the end of the shift)")
    until.add_argument("--undo", action="store_true", help="undo a cover of the last ten minutes")
    cover.add_argument("--person", help="who takes it (default: whose token it is)")
    cover.add_argument("--reason", default="", help="why")
    _swap_arguments(verbs.add_parser("swap", help="swap shifts with another person"))


def _override_arguments(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True)
    add = acts.add_parser("add", help="put somebody on call for a time")
    _options.daemon(add)
    add.add_argument("schedule")
    add.add_argument("person", help="who shall be on call; `nobody` to remove somebody")
    add.add_argument("--from", dest="start", metavar="TIME", help=f"{TIME} (default: now)")
    until = add.add_mutually_exclusive_group(required=True)
    until.add_argument("--to", dest="end", metavar="TIME", help=TIME)
    until.add_argument("--for", dest="duration", metavar="DURATION", help="such as 8h")
    add.add_argument("--replaces", metavar="PERSON", help="replace this person alone")
    add.add_argument("--reason", default="", help="why")
    add.add_argument("--yes", action="store_true", help="also where nobody is on call then")
    end = acts.add_parser("end", help="end overrides now")
    _options.daemon(end)
    end.add_argument("ids", nargs="+", metavar="ID", type=_options.identity)
    end.add_argument("--plan", action="store_true", help="with all that were made together")
    listing = acts.add_parser("list", help="overrides, the latest made first")
    _options.daemon(listing)
    listing.add_argument("--schedule")
    listing.add_argument("--all", action="store_true", help="those that are over, too")


def _swap_arguments(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True)
    propose = acts.add_parser("propose", help="ask somebody to take a shift of yours")
    _options.daemon(propose)
    propose.add_argument("schedule")
    propose.add_argument("--with", dest="other", required=True, metavar="PERSON")
    span = "an instant in the shift, or START/END"
    propose.add_argument("--give", required=True, metavar="TIME", help=f"what is given: {span}")
    propose.add_argument("--take", metavar="TIME", help=f"what is taken in return: {span}")
    propose.add_argument("--person", help="who gives (default: whose token it is)")
    propose.add_argument("--reason", default="", help="why")
    for act, about in (("accept", "agree to a swap"), ("decline", "decline or withdraw one")):
        answer = acts.add_parser(act, help=about)
        _options.daemon(answer)
        answer.add_argument("id", type=_options.identity)
        answer.add_argument("--person", help="whose answer it is (default: whose token it is)")
    _options.daemon(acts.add_parser("list", help="proposals, the latest made first"))


def run(client: Client, options: argparse.Namespace) -> int:
    """Do what the verb says."""
    match options.verb, getattr(options, "act", ""):
        case "cover", _:
            return _undo(client, options) if options.undo else _cover(client, options)
        case "override", "add":
            return _add(client, options)
        case "override", "end":
            return _end(client, options)
        case "override", _:
            return _list(client, options)
        case _, "propose":
            return _propose(client, options)
        case _, "list":
            return _swaps(client, options)
        case _:
            return _answer(client, options)


def instant(text: str, option: str) -> str:
    """The instant that an option names, as RFC 3339; a time on the wall is here, and to come."""
    now = present()
    try:
        if len(text) <= len("18:00"):
            hour, _, minute = text.partition(":")
            at = now.replace(hour=int(hour), minute=int(minute or 0), second=0, microsecond=0)
            at = at.replace(tzinfo=None)
            at = at if at.astimezone() > now else at + timedelta(days=1)
        else:
            at = datetime.fromisoformat(text)
    except ValueError:
        raise Misused(f"{option} {text!r}: expected {TIME}") from None
    return (at.astimezone() if at.tzinfo is None else at).isoformat()


def _wish(options: argparse.Namespace, **more: object) -> dict[str, object]:
    """The body of a request, without what is left out."""
    body = {"reason": options.reason, "person": options.person, **more}
    return {name: value for name, value in body.items() if value is not None}


def _add(client: Client, options: argparse.Namespace) -> int:
    """Look at what would follow, say it, and make the override; 1 where it would leave a gap."""
    path = below(SCHEDULES, options.schedule) + "/overrides"
    body = _wish(
        options,
        start=None if options.start is None else instant(options.start, "--from"),
        end=None if options.end is None else instant(options.end, "--to"),
        duration=options.duration,
        replaces=options.replaces,
    )
    seen: Any = client.post(f"{path}/preview", body)
    for one in seen["overlaps"]:
        print(f"triaged: overlaps, and wins over, {override_text(one)}", file=sys.stderr)
    for gap in seen["gaps"]:
        print(f"triaged: nobody is on call by {options.schedule} {when(gap)}", file=sys.stderr)
    if seen["gaps"] and not options.yes:
        raise Failed("nothing was done: with --yes the override is made and leaves the gap")
    return _made(options, client.post(path, body))


def _made(options: argparse.Namespace, made: Any) -> int:
    if options.output == "json":
        print_json(made)
        return 0
    for one in made["overrides"]:
        print(override_text(one))
    if made["told"]:
        print(clean(f"told: {', '.join(made['told'])}"))
    for warning in made["warnings"]:
        print(clean(f"triaged: {warning}"), file=sys.stderr)
    return 0


def _cover(client: Client, options: argparse.Namespace) -> int:
    path = below(SCHEDULES, _schedule(client, options.schedule)) + "/overrides"
    until = None if options.until in (None, "shift") else instant(options.until, "--until")
    body = _wish(options, end=until, duration=options.duration, kind="cover")
    made: Any = client.post(path, body)
    _made(options, made)
    if options.output != "json":
        print(f"undo within ten minutes: triaged oncall cover --undo ({made['id']})")
    return 0


def _schedule(client: Client, name: str | None) -> str:
    if name is not None:
        return name
    known = [row["schedule"] for row in client.get("/api/v1/oncall")["oncall"]]
    if len(known) != 1:
        raise Misused(f"say which schedule: {', '.join(known) or 'there is none'}")
    return str(known[0])


def _undo(client: Client, options: argparse.Namespace) -> int:
    ended: Any = client.post(f"{OVERRIDES}/undo")
    if options.output == "json":
        print_json(ended)
    else:
        print(f"undone: {override_text(ended)}")
    return 0


def _end(client: Client, options: argparse.Namespace) -> int:
    query = {"plan": "true" if options.plan else None}
    ended = [client.delete(below(OVERRIDES, one), query) for one in options.ids]
    if options.output == "json":
        print_json({"overrides": ended})
        return 0
    for one in ended:
        print(f"{one['state']}: {override_text(one)}")
    return 0


def _list(client: Client, options: argparse.Namespace) -> int:
    query = {"schedule": options.schedule, "state": "all" if options.all else None}
    found: Any = every(client, OVERRIDES, "overrides", query)
    if options.output == "json":
        print_json(found)
        return 0
    rows = [
        (
            one["id"],
            (one["problem"] and "no effect") or one["state"],
            one["schedule"],
            one["person"] + (f" for {one['replaces']}" if one["replaces"] else ""),
            when(one),
            one["by"],
            "; ".join(part for part in (one["reason"], one["problem"]) if part) or "-",
        )
        for one in found["overrides"]
    ]
    print_table(("ID", "STATE", "SCHEDULE", "PERSON", "WHEN", "BY", "REASON"), rows)
    return 0


def _propose(client: Client, options: argparse.Namespace) -> int:
    take = options.take
    body = _wish(
        options,
        schedule=options.schedule,
        give=_span(client, options.schedule, options.give, "--give"),
        take=None if take is None else _span(client, options.schedule, take, "--take"),
        **{"with": options.other},
    )
    return _swap(options, client.post(SWAPS, body))


def _span(client: Client, schedule: str, text: str, option: str) -> dict[str, str]:
    """The time that is meant: `START/END`, or the shift in which an instant lies."""
    first, slash, second = text.partition("/")
    if slash:
        return {"start": instant(first, option), "end": instant(second, option)}
    at = datetime.fromisoformat(instant(text, option))
    now, around = present(), timedelta(days=SEARCHED_DAYS)
    window = {"from": max(now, at - around).isoformat(), "to": (at + around).isoformat()}
    (found,) = client.get(below(SCHEDULES, schedule), window)["schedules"]
    for shift in found["shifts"]:
        start, end = (datetime.fromisoformat(shift[name]) for name in ("start", "end"))
        if start <= at < end and shift["people"]:
            return {"start": shift["start"], "end": shift["end"]}
    raise Failed(f"{option}: nobody is on call by {schedule} at {at:%Y-%m-%d %H:%M %Z}")


def _answer(client: Client, options: argparse.Namespace) -> int:
    body = {} if options.person is None else {"person": options.person}
    return _swap(options, client.post(f"{below(SWAPS, options.id)}/{options.act}", body))


def _swap(options: argparse.Namespace, swap: Any) -> int:
    if options.output == "json":
        print_json(swap)
    else:
        print(clean(f"swap {swap['id']} is {swap['state']}: {_swap_text(swap)}"))
    return 0


def _swap_text(swap: Any) -> str:
    back = f"; {swap['person']} takes {when(swap['take'])}" if swap["take"] else ""
    return f"{swap['other']} takes {swap['schedule']} {when(swap['give'])}{back}"


def _swaps(client: Client, options: argparse.Namespace) -> int:
    found: Any = every(client, SWAPS, "swaps")
    if options.output == "json":
        print_json(found)
        return 0
    rows = [
        (one["id"], one["state"], one["person"], local_time(one["expires_at"]), _swap_text(one))
        for one in found["swaps"]
    ]
    print_table(("ID", "STATE", "ASKS", "EXPIRES", "SWAP"), rows)
    return 0
