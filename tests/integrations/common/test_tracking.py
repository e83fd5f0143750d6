"""One issue for an action item: what is asked for, by what is known."""

from collections.abc import Sequence

import pytest

from tests.integrations.fakes.peer import NOW, Asked, Peer, run
from tests.integrations.samples import ACTION, DONE
from triaged.channels import HttpRequest, HttpResponse
from triaged.core.records.events import Refused, TryAgain
from triaged.core.records.practice.requests import Done
from triaged.integrations import Ended, TrackedAction, TrackIssue
from triaged.integrations.common.tracking import Step, tracked

MADE = Done({"ref": "7", "url": "u"})


class Silent(Peer):
    """Answers nothing that matters."""

    def serve(self, asked: Asked) -> HttpResponse:
        return self.reply(200)


class Scripted:
    """Issues that answer as they are told."""

    def __init__(
        self, found: str | TryAgain = "", changed: Done | TryAgain | Refused = MADE
    ) -> None:
        self.did: list[str] = []
        self._found, self._changed = found, changed

    def find(self, action: TrackedAction, since: int) -> Step[str]:
        yield from self._do("find")
        return self._found

    def create(self, action: TrackedAction) -> Step[Done]:
        yield from self._do("create")
        return MADE

    def change(self, ref: str, action: TrackedAction) -> Step[Done]:
        yield from self._do(f"change {ref}")
        return self._changed

    def _do(self, what: str) -> Step[None]:
        self.did.append(what)
        yield HttpRequest("GET", "https://x", {}, b"")
        return None


def ended(order: TrackIssue, ref: str, issues: Scripted) -> Ended:
    return run(tracked(order, ref, issues), Silent())


@pytest.mark.parametrize(
    ("order", "ref", "issues", "did"),
    [
        (TrackIssue(ACTION), "", Scripted(), ["create"]),
        (TrackIssue(DONE), "", Scripted(), ["create", "change 7"]),
        (TrackIssue(ACTION), "9", Scripted(), ["change 9"]),
        (TrackIssue(ACTION, maybe_since=NOW), "9", Scripted(), ["change 9"]),
        (TrackIssue(ACTION, maybe_since=NOW), "", Scripted(), ["find", "create"]),
        (TrackIssue(ACTION, maybe_since=NOW), "", Scripted("8"), ["find", "change 8"]),
        (TrackIssue(ACTION, maybe_since=NOW), "", Scripted(TryAgain("busy")), ["find"]),
    ],
)
def test_what_is_known_decides_what_is_asked(
    order: TrackIssue, ref: str, issues: Scripted, did: Sequence[str]
) -> None:
    ended(order, ref, issues)

    assert issues.did == did


def test_issue_that_was_made_is_found_by_the_next_attempt() -> None:
    end = ended(TrackIssue(DONE), "", Scripted(changed=TryAgain("busy", 5)))

    assert end == TryAgain("busy", 5, maybe_accepted=True)


def test_issue_that_was_made_is_kept_where_its_state_is_refused() -> None:
    assert ended(TrackIssue(DONE), "", Scripted(changed=Refused("no"))) == MADE
