"""Guards of figures: what is left out, and whose night it is."""

from tests.mutations.mutation import Mutation

CORE = (
    "tests/core/practice/learning/test_figures.py",
    "tests/core/practice/learning/test_courses.py",
)
STORE = ("tests/store/queries/test_courses.py",)

REVIEW = ("tests/core/practice/learning/test_review.py",)
_REVIEW = "triaged/core/practice/learning/review.py"

FIGURES = (
    Mutation(
        "who debugs is only found where the same person commands at that moment",
        _REVIEW,
        "and (one.ends_at is None or entry.recorded_at < one.ends_at)",
        "",
        REVIEW,
    ),
    Mutation(
        "a postmortem that has time is not missing",
        _REVIEW,
        "if row.due_at is not None and row.due_at < known.until:",
        "if row.due_at is not None:",
        REVIEW,
    ),
    Mutation(
        "what somebody acted on is no noise",
        _REVIEW,
        "if len(paged) >= NOISE_MIN and not any(_is_acted_on(known, one) for one in those):",
        "if len(paged) >= NOISE_MIN:",
        REVIEW,
    ),
    Mutation(
        "the review leaves drills out",
        "triaged/store/queries/review.py",
        'found = [one for one in every if one.kind == "incident"]',
        "found = every",
        ("tests/store/queries/test_review.py",),
    ),
    Mutation(
        "the review of a week is sent once",
        "triaged/core/practice/learning/review_notice.py",
        "if plan is None or situation.latest_incident(key) is not None:",
        "if plan is None:",
        ("tests/core/practice/learning/test_review_notice.py",),
    ),
    Mutation(
        "a review that is late by more than a day is not sent",
        "triaged/process/maintenance/weekly_review.py",
        "if slot_at == self._done_at or now - slot_at > LATE_MAX_US:",
        "if slot_at == self._done_at:",
        ("tests/process/maintenance/test_weekly_review.py",),
    ),
    Mutation(
        "the review looks at entries of its own time",
        "triaged/store/queries/review.py",
        "AND t.recorded_at >= v.since AND",
        "AND v.since >= 0 AND",
        ("tests/store/queries/test_review.py",),
    ),
    Mutation(
        "a drill is in no figure",
        "triaged/core/practice/learning/figures.py",
        'real = [one for one in every if one.brief.kind == "incident"]',
        "real = every",
        CORE,
    ),
    Mutation(
        "a night is that of whoever is woken",
        "triaged/core/practice/learning/figures.py",
        "zones.get(page.whom, otherwise))",
        "otherwise)",
        CORE,
    ),
    Mutation(
        "an acknowledgement before the first page is no response to it",
        "triaged/core/practice/learning/figures.py",
        "and end >= start:",
        "and end != start:",
        CORE,
    ),
    Mutation(
        "only the first acknowledgement counts",
        "triaged/core/practice/learning/courses.py",
        "acknowledged_at = mark.at if acknowledged_at is None else acknowledged_at",
        "acknowledged_at = mark.at",
        CORE,
    ),
    Mutation(
        "figures read the whole timeline of an incident",
        "triaged/store/queries/courses.py",
        "        more = len(rows) == ENTRIES_AT_ONCE\n",
        "        more = False\n",
        STORE,
    ),
    Mutation(
        "an incident that opens at the end of a period is not in it",
        "triaged/store/queries/courses.py",
        "WHERE (opened_at, number) > ($1, $2) AND opened_at < $3",
        "WHERE (opened_at, number) > ($1, $2) AND opened_at <= $3",
        STORE,
    ),
)
