"""The entrance of the practice: it hands each of its events to the module that decides it."""

from typing import assert_never

from triaged.core.practice.checklists import tick
from triaged.core.practice.chronicle import correct, import_messages, mark
from triaged.core.practice.drills import abort_drill, answer_prompt, start_drill
from triaged.core.practice.learning.action_items import add_item, change_item, track_item
from triaged.core.practice.learning.postmortems import publish, review, save_text, waive
from triaged.core.practice.merging import merge
from triaged.core.practice.reports import (
    attach_report,
    declare_report,
    dismiss_report,
    file_report,
)
from triaged.core.practice.roles import assign_role, release_role
from triaged.core.practice.splitting import split_off
from triaged.core.practice.status.deciding_status import decide_status
from triaged.core.practice.updates import post_update, snooze_update
from triaged.core.records.effects import Decision
from triaged.core.records.practice.drills import DrillAborted, DrillAnswered, DrillStarted
from triaged.core.records.practice.events import (
    EntryCorrected,
    EntryMarked,
    ItemTicked,
    Merged,
    MessagesImported,
    PracticeEvent,
    RoleAssigned,
    RoleReleased,
    SplitOff,
    UpdatePosted,
    UpdateSnoozed,
)
from triaged.core.records.practice.learning_events import (
    ActionItemAdded,
    ActionItemChanged,
    ActionItemTracked,
    PostmortemPublished,
    PostmortemReviewed,
    PostmortemSaved,
    PostmortemWaived,
)
from triaged.core.records.practice.reports import (
    ReportAttached,
    ReportDeclared,
    ReportDismissed,
    ReportFiled,
)
from triaged.core.records.practice.status_events import StatusEvent
from triaged.core.situation import Situation


def practise(situation: Situation, event: PracticeEvent) -> Decision:
    """Decide an event of the practice."""
    if isinstance(event, StatusEvent):
        return decide_status(situation, event)
    match event:
        case RoleAssigned():
            return assign_role(situation, event)
        case RoleReleased():
            return release_role(situation, event)
        case UpdatePosted():
            return post_update(situation, event)
        case UpdateSnoozed():
            return snooze_update(situation, event)
        case Merged():
            return merge(situation, event)
        case SplitOff():
            return split_off(situation, event)
        case PostmortemSaved():
            return save_text(situation, event)
        case PostmortemReviewed():
            return review(situation, event)
        case PostmortemPublished():
            return publish(situation, event)
        case PostmortemWaived():
            return waive(situation, event)
        case ActionItemAdded():
            return add_item(situation, event)
        case ActionItemChanged():
            return change_item(situation, event)
        case ActionItemTracked():
            return track_item(situation, event)
        case EntryCorrected():
            return correct(situation, event)
        case EntryMarked():
            return mark(situation, event)
        case MessagesImported():
            return import_messages(situation, event)
        case ItemTicked():
            return tick(situation, event)
        case DrillStarted():
            return start_drill(situation, event)
        case DrillAnswered():
            return answer_prompt(situation, event)
        case DrillAborted():
            return abort_drill(situation, event)
        case ReportFiled():
            return file_report(situation, event)
        case ReportAttached():
            return attach_report(situation, event)
        case ReportDeclared():
            return declare_report(situation, event)
        case ReportDismissed():
            return dismiss_report(situation, event)
        case _:
            assert_never(event)
