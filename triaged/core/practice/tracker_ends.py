"""Consequences of the end of a request to a tracker: the item knows its issue."""

from msgspec.structs import replace

from triaged.core.practice.learning.action_items import track_item
from triaged.core.practice.tracker_rows import ISSUE, LANE, changes_id, changes_request
from triaged.core.records.effects import Effect, SaveRow
from triaged.core.records.practice.learning_events import ActionItemTracked
from triaged.core.records.practice.request_events import RequestEnded
from triaged.core.records.practice.requests import Done, Request
from triaged.core.situation import Situation


def ended(situation: Situation, event: RequestEnded, after: Request) -> tuple[Effect, ...]:
    """Tell the item of its issue, and have the tracker's changes read from now on."""
    if after.kind != ISSUE or after.incident is None or not isinstance(event.verdict, Done):
        return ()
    tracked = ActionItemTracked(
        id=str(after.body["action"]["id"]),
        incident=after.incident,
        tracker=after.lane.removeprefix(LANE),
        ref=after.result.get("ref", ""),
        url=after.result.get("url", ""),
        state=None,
        at=situation.now,
    )
    effects = track_item(situation, tracked).effects
    reading = situation.view.row(Request, changes_id(after.lane))
    if reading is not None and reading.waits:
        return effects
    again = changes_request(after.lane, situation.now)
    if reading is not None:
        again = replace(again, token=reading.token + 1)  # it had failed
    return (*effects, SaveRow(again))
