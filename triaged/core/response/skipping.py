"""Why a target was passed over, on the timeline."""

from triaged.core.draft import Draft
from triaged.core.oncall.duty import holes
from triaged.core.records.actors import TRIAGED
from triaged.core.records.model import Entry, Reason, Target
from triaged.core.situation import Situation
from triaged.core.text.wording import LABEL_MAX, clean


def say_skipped(situation: Situation, draft: Draft, target: Target, reason: Reason) -> None:
    """`schedule:primary: nobody on call`; a shift of somebody whom nobody knows is told as such."""
    text = f"{target}: {reason.replace('_', ' ')}"
    data: dict[str, object] = {"target": str(target), "reason": reason}
    names: tuple[str, ...] = ()
    if target.kind == "schedule":
        names = holes(situation.duty, target.name, situation.now)
    if names:
        unknown = ", ".join(repr(clean(name, LABEL_MAX)) for name in names)
        text += f"; its shift is that of {unknown}, whom nobody knows"
        data["unknown"] = list(names)
    draft.say(Entry(situation.now, "page.skipped", TRIAGED, text, data))
