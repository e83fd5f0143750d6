"""`triaged oncall people|person|held|verify|contact`: how people are reached."""

import argparse
from collections.abc import Iterator
from typing import Any

from triaged.cli import _options
from triaged.cli._client import Client, below
from triaged.cli._output import clean, local_time, print_json, print_table

PEOPLE = "/api/v1/people"
VERBS = frozenset({"people", "person", "held", "verify", "contact"})


def arguments(verbs: Any) -> None:
    """Add the verbs."""
    _options.daemon(verbs.add_parser("people", help="everybody, and what keeps pages from them"))
    person = verbs.add_parser("person", help="who pages a person, when, and by which contacts")
    _options.daemon(person)
    person.add_argument("person", help="the person, by the name under `people`")
    held = verbs.add_parser("held", help="what a person's quiet hours hold back, and held back")
    _options.daemon(held)
    held.add_argument("person")
    verify = verbs.add_parser("verify", help="have a code sent to a contact, or confirm it")
    _options.daemon(verify)
    verify.add_argument("person")
    verify.add_argument("--contact", required=True, help="the contact that is confirmed")
    verify.add_argument("--code", help="the code that came; without it one is sent")
    contact = verbs.add_parser("contact", help="pass a contact over, or use it again")
    _options.daemon(contact)
    contact.add_argument("person")
    contact.add_argument("contact")
    contact.add_argument("to", choices=("on", "off"))
    contact.add_argument("--reason", required=True, help="why, for its owner and the timeline")


def run(client: Client, options: argparse.Namespace) -> int:
    """Do what the verb says."""
    match options.verb:
        case "people":
            return _people(client, options)
        case "person":
            return _person(client, options)
        case "held":
            return _held(client, options)
        case "verify":
            return _verify(client, options)
        case _:
            return _switch(client, options)


def _people(client: Client, options: argparse.Namespace) -> int:
    answer: Any = client.get(PEOPLE)
    if options.output == "json":
        print_json(answer)
        return 0
    rows = [
        (row["person"], "yes" if row["reachable"] else "NO", "; ".join(row["problems"]) or "-")
        for row in answer["people"]
    ]
    print_table(("PERSON", "REACHABLE", "PROBLEMS"), rows, wraps=True)
    return 0


def _person(client: Client, options: argparse.Namespace) -> int:
    answer: Any = client.get(below(PEOPLE, options.person))
    if options.output == "json":
        print_json(answer)
        return 0
    for line in _lines(answer):
        print(clean(line))
    print()
    rows = [_contact_row(row) for row in answer["contacts"]]
    print_table(("CONTACT", "CHANNEL", "PAGES", "LAST REACHED", "LAST FAILED", "STATE"), rows)
    return 0


def _held(client: Client, options: argparse.Namespace) -> int:
    answer: Any = client.get(below(PEOPLE, options.person) + "/held")
    if options.output == "json":
        print_json(answer)
        return 0
    rows = [
        (
            row["state"],
            local_time(row["at"]),
            local_time(row["told_at"] or row["until"]),
            row["incident"],
            f"{row['severity']} {row['said'] or 'somebody is wanted'}",
        )
        for row in answer["held"]
    ]
    print_table(("STATE", "AT", "UNTIL", "INCIDENT", "MESSAGE"), rows)
    return 0


def _lines(answer: Any) -> Iterator[str]:
    yield f"{answer['person']}: {answer['name']}, {answer['timezone']}"
    for problem in answer["problems"]:
        yield f"! {problem}"
    if answer["held"]:
        yield f"held by quiet hours: {answer['held']} (triaged oncall held {answer['person']})"
    yield f"schedules: {', '.join(answer['schedules']) or 'none'}"
    yield f"teams: {', '.join(answer['teams']) or 'none'}"
    for step in answer["paged_by"]:
        place = f"step {step['step']}" if step["step"] else "catch-all"
        yield f"paged by {step['policy']} {place} as {step['target']}"
    if not answer["paged_by"]:
        yield "paged by no policy"
    yield f"services: {', '.join(answer['services']) or 'none'}"
    for shift in answer["next_shifts"]:
        times = f"{local_time(shift['start'])} to {local_time(shift['end'])}"
        yield f"on call by {shift['schedule']}: {times}"
    if not answer["next_shifts"]:
        yield "no shift in the next year"


def _contact_row(row: Any) -> tuple[str, ...]:
    after = row["page_after_s"]
    pages = "no" if after is None else "at once" if after == 0 else f"after {after} s"
    return (
        row["name"],
        row["channel"],
        pages,
        local_time(row["reached_at"]) or "never",
        local_time(row["failed_at"]) or "never",
        _state(row),
    )


def _state(row: Any) -> str:
    if row["off_since"] is not None:
        return f"off since {local_time(row['off_since'])}: {row['off_reason']}"
    if not row["usable"]:
        return "its channel is not in the configuration"
    confirmed = "confirmed" if row["confirmed_at"] is not None else "not confirmed"
    return f"{confirmed}; last failure: {row['error']}" if row["error"] else confirmed


def _verify(client: Client, options: argparse.Namespace) -> int:
    path = _contact_path(options.person, options.contact)
    whose = f"{options.person}/{options.contact}"
    if options.code is not None:
        answer: Any = client.post(f"{path}/confirm", {"code": options.code})
        text = f"{whose} is confirmed"
    else:
        answer = client.post(f"{path}/code")
        command = f"triaged oncall verify {options.person} --contact {options.contact} --code …"
        until = local_time(answer["until"])
        text = f"a code is on its way to {whose}, valid until {until}. Then: {command}"
    print_json(answer) if options.output == "json" else print(clean(text))
    return 0


def _switch(client: Client, options: argparse.Namespace) -> int:
    path = _contact_path(options.person, options.contact)
    answer: Any = client.post(f"{path}/{options.to}", {"reason": options.reason})
    text = f"{options.person}/{options.contact} is {options.to}"
    print_json(answer) if options.output == "json" else print(clean(text))
    return 0


def _contact_path(person: str, contact: str) -> str:
    return below(below(PEOPLE, person) + "/contacts", contact)
