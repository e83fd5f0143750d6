"""Guards of postmortems and action items."""

from tests.mutations.mutation import Mutation

_POSTMORTEMS = "triaged/core/practice/learning/postmortems.py"
_DEADLINES = "triaged/core/practice/learning/postmortem_deadlines.py"
_ITEMS = "triaged/core/practice/learning/action_items.py"
_OF_POSTMORTEMS = ("tests/core/practice/learning/test_postmortems.py",)
_OF_DEADLINES = ("tests/core/practice/learning/test_postmortem_deadlines.py",)
_OF_ITEMS = ("tests/core/practice/learning/test_action_items.py",)

LEARNING = (
    Mutation(
        "a SEV-1/2 is not closed without a postmortem",
        "triaged/core/acting.py",
        "if isinstance(event, Closed) and (why := why_not_closed(situation.settings, incident)):",
        "if isinstance(event, Reopened) and (why := why_not_closed(situation.settings, incident)):",
        (
            "tests/core/practice/learning/test_postmortems.py::"
            "test_no_history_closes_a_severe_incident_without_one",
        ),
    ),
    Mutation(
        "only published and waived postmortems let close",
        _POSTMORTEMS,
        "return state in (PostmortemState.PUBLISHED, PostmortemState.WAIVED)",
        "return state is not None",
        _OF_POSTMORTEMS,
    ),
    Mutation(
        "a waiver takes a reason of 20 characters",
        _POSTMORTEMS,
        "if len(reason) < REASON_MIN:",
        "if len(reason) < 0:",
        _OF_POSTMORTEMS,
    ),
    Mutation(
        "two editors of one text never overwrite each other",
        _POSTMORTEMS,
        "if event.base != row.revision:",
        "if event.base > row.revision + 10_000:",
        ("tests/api/test_postmortems.py::test_two_editors_lose_nothing",),
    ),
    Mutation(
        "the text that came too late is kept",
        _POSTMORTEMS,
        "    draft.add(SaveRow(kept))\n",
        "",
        _OF_POSTMORTEMS,
    ),
    Mutation(
        "a saved text is never changed",
        _POSTMORTEMS,
        "number = row.revision + 1",
        "number = row.revision or 1",
        (
            "tests/core/practice/learning/test_postmortems.py::"
            "test_no_history_closes_a_severe_incident_without_one",
        ),
    ),
    Mutation(
        "a published text loses no section",
        _POSTMORTEMS,
        "if row.state is PostmortemState.PUBLISHED and event.missing:",
        "if row.state is PostmortemState.WAIVED and event.missing:",
        _OF_POSTMORTEMS,
    ),
    Mutation(
        "what is published is what was examined",
        _POSTMORTEMS,
        "if event.revision != row.revision:",
        "if event.revision > row.revision:",
        _OF_POSTMORTEMS,
    ),
    Mutation(
        "a postmortem is asked for when a SEV-1/2 is resolved",
        _DEADLINES,
        "elif is_asked_for(situation.settings, incident):",
        "elif is_settled(incident):",
        _OF_DEADLINES,
    ),
    Mutation(
        "nobody is reminded of what came and went by itself",
        _DEADLINES,
        "had_in_hand = incident.work is not UNSET",
        "had_in_hand = True",
        _OF_DEADLINES,
    ),
    Mutation(
        "an action item without a known owner is not stored",
        _ITEMS,
        "    if owner in settings.people:\n        return None\n",
        "    if owner in settings.people or len(owner) > 3:\n        return None\n",
        (
            "tests/core/practice/learning/test_action_items.py::"
            "test_no_history_stores_an_item_without_owner_and_due_date",
        ),
    ),
    Mutation(
        "a due date on which nobody works is moved forward",
        _ITEMS,
        "    day = working_day_from(calendar, due)\n",
        "    day = due\n",
        (
            "tests/core/practice/learning/test_action_items.py::"
            "test_no_history_stores_an_item_without_owner_and_due_date",
        ),
    ),
    Mutation(
        "nothing is due in the past",
        _ITEMS,
        "if due < today and not past:",
        "if due < today and past:",
        _OF_ITEMS,
    ),
    Mutation(
        "an action item is cancelled with a reason",
        _ITEMS,
        "if cancels and not event.reason.strip():",
        "if cancels and event.reason is None:",
        _OF_ITEMS,
    ),
    Mutation(
        "an older state of a tracker never overwrites a newer one",
        _ITEMS,
        "is_news = event.at > max(item.tracked_at, item.updated_at)",
        "is_news = event.at > item.tracked_at",
        _OF_ITEMS,
    ),
    Mutation(
        "reminders go on whatever the state of the incident",
        _ITEMS,
        "        if not item.is_unfinished or reminder_at(calendar, item) > now:",
        "        if not draft.incident.live or reminder_at(calendar, item) > now:",
        _OF_ITEMS,
    ),
    Mutation(
        "the item of somebody who is gone goes to the team",
        _ITEMS,
        "    if people:\n        return people\n",
        "",
        _OF_ITEMS,
    ),
    Mutation(
        "an incident of which something is left to do is not deleted",
        "triaged/store/retention.py",
        "a.incident = incidents.number AND a.{UNFINISHED_SQL}",
        "a.incident = incidents.number AND a.owner = ''",
        ("tests/store/test_retention.py",),
    ),
    Mutation(
        "a link in a postmortem shows where it leads",
        "triaged/web/_markdown.py",
        "return value if MAIL.fullmatch(value) else link(value)",
        "return value",
        ("tests/web/test_markdown.py",),
    ),
    Mutation(
        "an image in a postmortem asks no other site",
        "triaged/web/_markdown.py",
        "return value if PNG.fullmatch(value) else None",
        "return value",
        ("tests/web/test_markdown.py",),
    ),
    Mutation(
        "HTML in a postmortem is text",
        "triaged/web/_markdown.py",
        'MarkdownIt("commonmark", {"html": False, "breaks": True})',
        'MarkdownIt("commonmark", {"html": True, "breaks": True})',
        ("tests/web/test_markdown.py",),
    ),
    Mutation(
        "a title leads to no other file",
        "triaged/core/practice/learning/postmortem_export.py",
        'slug = _OTHER.sub("-", incident.title.casefold())',
        'slug = (incident.title.casefold() + "")',
        ("tests/core/practice/learning/test_postmortem_export.py",),
    ),
    Mutation(
        "an export follows no link",
        "triaged/cli/_editing.py",
        "Path(temporary).replace(path)",
        "path.write_text(text)",
        ("tests/cli/test_postmortem.py::test_export_is_a_file_that_proves_itself",),
    ),
    Mutation(
        "a changed text of a postmortem is found",
        "triaged/store/queries/verify.py",
        "if stored.get(name) != digest",
        "if stored.get(name) is None and digest is None",
        ("tests/store/queries/test_verify.py",),
    ),
    Mutation(
        "a prompt that is left makes a section unwritten",
        "triaged/core/practice/learning/postmortem_draft.py",
        " or PROMPT.search(body)",
        "",
        ("tests/core/practice/learning/test_postmortem_draft.py",),
    ),
)
