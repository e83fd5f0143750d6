"""Who sends a change shows in its shape."""

import msgspec
import pytest

from tests.ingest.cases import bodies_of, headers_of
from triaged.ingest.common.change_shapes import (
    ANY,
    ARGO_CD,
    GITHUB,
    GITLAB,
    is_other_event,
    shape_of,
)

CASES = [(body, body.stem.partition("-")[0]) for body in bodies_of("changes")]


@pytest.mark.parametrize(("body", "sender"), CASES, ids=[body.stem for body, _ in CASES])
def test_a_body_has_the_shape_of_its_sender_or_says_something_else(
    body: object, sender: str
) -> None:
    path = next(one for one, _ in CASES if one == body)
    decoded = msgspec.json.decode(path.read_bytes())
    event = headers_of(path.with_suffix(".headers")).get("x-github-event", "")
    expected = {"github": GITHUB, "gitlab": GITLAB, "generic": ANY}

    if is_other_event(decoded, event):
        assert path.stem in ("github-ping", "gitlab-push")
    elif sender == "argocd":
        assert shape_of(decoded) is (ARGO_CD if path.stem.endswith("application") else ANY)
    else:
        assert shape_of(decoded) is expected[sender]


@pytest.mark.parametrize("event", ["deployment", "deployment_status"])
def test_what_github_calls_a_deployment_is_one(event: str) -> None:
    assert not is_other_event({"zen": "x", "hook_id": 1}, event)
