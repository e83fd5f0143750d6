"""Problem documents: RFC 9457, always the same for who may not."""

import json

from aiohttp import web

from triaged.errors import Malformed, Problem
from triaged.http import problems


def document(answer: web.Response) -> dict[str, object]:
    assert answer.content_type == "application/problem+json"
    assert isinstance(answer.body, bytes)
    found: dict[str, object] = json.loads(answer.body)
    assert found["status"] == answer.status
    return found


def test_a_problem_says_what_and_where() -> None:
    answer = problems.invalid([Problem("$.severity", "SEV-9 is none")])

    assert document(answer) == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": "the request cannot be used; see `errors`",
        "errors": [{"path": "$.severity", "message": "SEV-9 is none"}],
    }


def test_malformed_input_names_its_place() -> None:
    found = document(problems.malformed(Malformed("wrong_shape", "a string", "$.title")))

    assert found["errors"] == [{"path": "$.title", "message": "a string"}]


def test_unavailable_says_when_to_try_again() -> None:
    answer = problems.unavailable("the disk is full")

    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")


def test_not_allowed_says_what_is() -> None:
    answer = problems.not_allowed(["PUT", "POST"])

    assert (answer.status, answer.headers["Allow"]) == (405, "POST, PUT")


def test_every_refusal_carries_the_security_headers() -> None:
    refusals = [
        problems.unauthorized(),
        problems.forbidden(),
        problems.cross_site(),
        problems.misdirected(),
        problems.not_found(),
    ]

    for answer in refusals:
        document(answer)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_who_is_refused_learns_nothing_from_the_body() -> None:
    assert problems.unauthorized().body == problems.unauthorized().body
    assert problems.forbidden().body == problems.forbidden().body
