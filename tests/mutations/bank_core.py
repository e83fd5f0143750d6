"""Guards of decisions."""

from tests.mutations.mutation import Mutation

CORE = (
    Mutation(
        "who has acknowledged is not paged",
        "triaged/core/response/succeeding.py",
        "if incident.state is State.ACKNOWLEDGED:",
        "if incident.state is None:",
        (
            "tests/core/response/test_delivering.py::test_a_page_is_superseded_by_an_acknowledgement",
        ),
    ),
    Mutation(
        "a page of an older arming is not sent",
        "triaged/core/response/succeeding.py",
        "if page.epoch < incident.escalation.epoch:",
        "if page.epoch < 0:",
        ("tests/core/response/test_delivering.py::test_a_page_of_an_older_epoch_is_superseded",),
    ),
    Mutation(
        "a page that somebody else has claimed since is theirs",
        "triaged/core/response/delivering.py",
        "stored.token != page.token or",
        "",
        ("tests/core/response/test_delivering.py",),
    ),
    Mutation(
        "a verdict of a lost lease changes nothing",
        "triaged/core/response/delivering.py",
        "page.token != event.token or page.state is not PageState.DUE:\n"
        "        return Decision()  #",
        "page.state is not PageState.DUE:\n        return Decision()  #",
        ("tests/core/response/test_delivering.py",),
    ),
    Mutation(
        "a repeated attempt of unknown end is marked as a possible duplicate",
        "triaged/core/response/delivering.py",
        "page = replace(page, possible_duplicate=True)",
        "page = replace(page, possible_duplicate=False)",
        ("tests/core/response/test_delivering.py",),
    ),
    Mutation(
        "a step of an older arming does not fire",
        "triaged/core/response/timing.py",
        "return incident.state is State.OPEN and expected",
        "return incident.state is State.OPEN",
        ("tests/core/response/test_timing.py",),
    ),
    Mutation(
        "an acknowledged incident is not escalated",
        "triaged/core/response/timing.py",
        "return incident.state is State.OPEN and expected",
        "return expected",
        ("tests/core/response/test_timing.py",),
    ),
    Mutation(
        "an acknowledgement that was renewed does not end with the old one",
        "triaged/core/response/timing.py",
        "incident.state is State.ACKNOWLEDGED and timer.epoch == place.epoch",
        "incident.state is State.ACKNOWLEDGED",
        ("tests/core/response/test_timing.py",),
    ),
    Mutation(
        "an alert whose sender is silent does not lapse",
        "triaged/core/alerts/lapsing.py",
        "<= situation.now and _was_heard(situation, source, copy)",
        "<= situation.now",
        ("tests/core/alerts/test_lapsing.py",),
    ),
    Mutation(
        "after an outage of ours an alert has a full interval to be repeated",
        "triaged/core/alerts/lapsing.py",
        "return max(copy.lapses_at, outage.ended_at + copy.lapses_at - copy.seen_at)",
        "return copy.lapses_at",
        ("tests/core/alerts/test_lapsing.py",),
    ),
    Mutation(
        "a check of an alert that lapses no more is put off",
        "triaged/core/alerts/lapsing.py",
        "if state.lapses_at is None:",
        "if state.lapses_at == 0:",
        ("tests/engine/test_timekeeper_stuck.py", "tests/core/alerts/test_receiving.py"),
    ),
    Mutation(
        "the end of one copy does not end the others",
        "triaged/core/alerts/copies.py",
        "return (Fate.REPEATS if fires(after) else Fate.ENDS), after",
        "return Fate.ENDS, after",
        ("tests/core/alerts/test_copies.py",),
    ),
    Mutation(
        "an end of a copy that nobody reported ends no copy of another sender",
        "triaged/core/alerts/copies.py",
        "or named or own",
        "or named or own or list(copies)",
        ("tests/core/alerts/test_copies.py",),
    ),
    Mutation(
        "a report that left its server before the copy ended does not revive it",
        "triaged/core/alerts/copies.py",
        "if known is not None and not known.fires and _was_sent_before(report, known):",
        "if known is not None and not known.fires and report is None:",
        ("tests/core/alerts/test_copies.py",),
    ),
    Mutation(
        "an alert has a bounded number of copies",
        "triaged/core/alerts/copies.py",
        "while len(copies) > COPIES_MAX:",
        "while len(copies) < 0:",
        ("tests/core/alerts/test_copies.py",),
    ),
    Mutation(
        "the late end of an older episode does not end the running one",
        "triaged/core/alerts/receiving.py",
        "elif _is_late(alert, state):",
        "elif state is None:",
        ("tests/core/alerts/test_receiving.py",),
    ),
    Mutation(
        "an incident of a cut group is not resolved by its alerts alone",
        "triaged/core/alerts/grouping.py",
        "if incident.cut_groups:",
        "if incident.number < 0:",
        ("tests/core/alerts/test_cut_groups.py",),
    ),
)
