"""Answers of success."""

import json

from triaged.http import answers


def test_an_answer_is_json_that_nobody_keeps() -> None:
    answer = answers.answer({"a": 1}, 201, {"Location": "/x"})

    assert isinstance(answer.body, bytes)
    assert json.loads(answer.body) == {"a": 1}
    assert (answer.status, answer.headers["Location"]) == (201, "/x")
    assert answer.content_type == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_handler_returns_a_value_or_a_reply() -> None:
    value = answers.encoded({"a": 1})
    reply = answers.encoded(answers.Reply({"a": 1}, {"X-More": "b"}))
    created = answers.encoded(answers.Created({"a": 1}, {"Location": "/a"}))

    assert (value.status, value.body) == (200, b'{"a":1}')
    assert (reply.status, reply.headers["X-More"]) == (200, "b")
    assert (created.status, created.headers["Location"]) == (201, "/a")


def test_a_line_of_text_is_text() -> None:
    answer = answers.text("fine\n")

    assert (answer.text, answer.content_type) == ("fine\n", "text/plain")
