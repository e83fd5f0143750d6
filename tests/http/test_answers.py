"""Answers that say yes."""

import json

from triaged.http import answers


def test_an_answer_is_json_that_nobody_keeps() -> None:
    answer = answers.answer({"a": 1}, 201, {"Location": "/x"})

    assert isinstance(answer.body, bytes)
    assert json.loads(answer.body) == {"a": 1}
    assert (answer.status, answer.headers["Location"]) == (201, "/x")
    assert answer.content_type == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_list_has_a_cursor_or_null() -> None:
    body = answers.listing("incidents", [], None).body

    assert body == b'{"incidents":[],"next_cursor":null}'


def test_a_line_of_text_is_text() -> None:
    answer = answers.text("fine\n")

    assert (answer.text, answer.content_type) == ("fine\n", "text/plain")
