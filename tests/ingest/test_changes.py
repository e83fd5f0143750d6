"""Changes: identity, times, services, signatures; the shapes are in the contract suite's cases."""

import hmac
from typing import Any
from urllib.parse import quote_plus

import msgspec
import pytest

from tests.ingest.cases import NOW, parse
from triaged.core.records.changes import Change
from triaged.errors import Malformed, Unauthorized
from triaged.ingest import Received
from triaged.ingest.changes import AHEAD_MAX_US, SAME_BODY_US, Settings, problems, verify
from triaged.wire import Secret

SECOND = 1_000_000


def changes(body: object, settings: dict[str, Any] | None = None, at: int = NOW) -> list[Change]:
    """The changes of a JSON body."""
    return parse("changes", msgspec.json.encode(body), settings, received_at=at).changes


def test_the_same_body_is_the_same_change_while_a_sender_tries_again() -> None:
    body = {"service": "checkout", "version": "1"}
    start = NOW - NOW % SAME_BODY_US

    first, again, later = (
        changes(body, at=start + after)[0].id for after in (0, 60 * SECOND, SAME_BODY_US)
    )

    assert first == again != later


def test_a_body_with_a_time_is_one_change_for_ever() -> None:
    body = {"service": "checkout", "at": "2026-03-30T08:00:00Z"}

    assert changes(body)[0].id == changes(body, at=NOW + 2 * SAME_BODY_US)[0].id


def test_later_words_about_a_deployment_have_its_identity() -> None:
    deployment = {"id": 7, "created_at": "2026-03-30T08:00:00Z"}
    body = {"deployment": deployment, "repository": {"full_name": "octo/shop"}}
    state = {"deployment_status": {"state": "success", "created_at": "2026-03-30T08:05:00Z"}}

    (begun,), (done,) = changes(body), changes(body | state)

    assert begun.id == done.id == "github/octo/shop/7"
    assert (begun.ended_at, done.ended_at) == (None, begun.at + 300 * SECOND)


def test_services_are_named_as_the_settings_say() -> None:
    settings = {"services": {"octo/shop": "checkout", "basket": "cart"}}

    found = [
        changes({"service": name}, settings)[0].service
        for name in ("octo/shop", "team/basket", "team/other", "plain")
    ]

    assert found == ["checkout", "cart", "other", "plain"]


@pytest.mark.parametrize(
    "at", ["2026-08-22T11:00:00Z", "2026-08-22 13:00:00 +0200", 1787396400, "1787396400000"]
)
def test_times_are_read_in_the_usual_forms(at: object) -> None:
    assert changes({"service": "a", "at": at})[0].at == NOW - 3600 * SECOND


@pytest.mark.parametrize("at", ["", "soon", "2031-01-01T00:00:00Z", NOW // SECOND + 90_000])
def test_what_is_no_time_or_far_ahead_is_now(at: object) -> None:
    (change,) = changes({"service": "a", "at": at, "updated_at": at})

    assert (change.at, change.said_at) == (NOW, NOW)
    assert AHEAD_MAX_US == 86_400 * SECOND


def test_a_bad_change_costs_its_neighbours_nothing() -> None:
    parsed = parse("changes", b'[{"service": "a"}, {"title": "what?"}, 7]')

    assert [change.service for change in parsed.changes] == ["a"]
    assert [one.detail.partition(":")[0] for one in parsed.rejected] == ["$[1]", "$[2]"]
    assert parse("changes", parsed.rejected[0].body.replace(b"title", b"app")).changes


def test_a_body_without_any_usable_change_is_malformed() -> None:
    with pytest.raises(Malformed, match="names no service: service or service_name"):
        changes({"title": "something"})


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"x-github-event": "push"}, {"ref": "main", "repository": {"full_name": "o/r"}}),
        ({}, {"zen": "x", "hook_id": 1}),
        ({}, {"object_kind": "pipeline"}),
    ],
)
def test_what_github_and_gitlab_say_besides_is_no_change(
    headers: dict[str, str], body: dict[str, object]
) -> None:
    parsed = parse("changes", msgspec.json.encode(body), headers=headers)

    assert (parsed.changes, parsed.rejected) == ([], [])


def test_a_form_is_unwrapped() -> None:
    body = b"payload=" + quote_plus('{"service": "käse", "title": "a&b"}').encode()

    (change,) = parse("changes", body).changes

    assert (change.service, change.title) == ("käse", "a&b")


@pytest.mark.parametrize("body", [b"payload=", b"payload=%7B", b"payload=&a=b" + b"&c=d" * 20])
def test_a_form_without_json_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        parse("changes", body)


SETTINGS = Settings(secret=Secret("s3cr3t"))
BODY = b'{"service": "a"}'
SIGNATURE = "sha256=" + hmac.digest(b"s3cr3t", BODY, "sha256").hex()


@pytest.mark.parametrize(
    "headers", [{"x-hub-signature-256": SIGNATURE}, {"x-gitlab-token": "s3cr3t"}]
)
def test_a_signature_that_holds_is_enough(headers: dict[str, str]) -> None:
    assert verify(Received("s", BODY, headers, 0), SETTINGS)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-hub-signature-256": "sha256=00"},
        {"x-hub-signature-256": SIGNATURE.upper()},
        {"x-gitlab-token": ""},
        {"x-gitlab-token": "\udcff"},
        {"x-hub-signature": SIGNATURE},
    ],
)
def test_without_it_nobody_is_let_in(headers: dict[str, str]) -> None:
    with pytest.raises(Unauthorized):
        verify(Received("s", BODY, headers, 0), SETTINGS)


def test_without_a_secret_the_token_decides() -> None:
    assert not verify(Received("s", BODY, {}, 0), Settings())


def test_a_service_without_a_name_is_a_problem() -> None:
    assert problems(Settings(services={"octo/shop": ""})) == [
        "services.octo/shop: a name and a service are expected"
    ]
