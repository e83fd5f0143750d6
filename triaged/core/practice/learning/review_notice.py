"""The weekly review is sent once, whichever daemon makes it.

It is an update on a notice, an incident that is closed from its beginning. The key of the notice
names the week, so that a second daemon, and one that starts again, finds it sent.
"""

from triaged.core.draft import Draft
from triaged.core.records.actors import TRIAGED
from triaged.core.records.effects import Decision
from triaged.core.records.events import ReviewMade
from triaged.core.records.model import Entry, Key
from triaged.core.response.duty_notices import notice
from triaged.core.response.paging import News, notify_target
from triaged.core.situation import Situation


def review_key(slot_at: int) -> Key:
    """The key of the review that is due at an instant."""
    return (("triaged", f"review:{slot_at}"),)


def send_review(situation: Situation, event: ReviewMade) -> Decision:
    """Send the review to whom the settings name; nobody gets it twice, nor under two names."""
    plan = situation.settings.weekly_review
    key = review_key(event.slot_at)
    if plan is None or situation.latest_incident(key) is not None:
        return Decision()
    draft = Draft(notice(situation, key, event.sentence), opened=True)
    data: dict[str, object] = {"slot_at": event.slot_at, "to": [str(each) for each in plan.to]}
    draft.say(Entry(situation.now, "review.sent", TRIAGED, event.sentence, data))
    news = News(event.sentence, "review", event.text)
    known = set[str]()
    for target in plan.to:
        notify_target(situation, draft, target, news, known)
    return Decision(draft.effects())
