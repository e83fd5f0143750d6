"""Guards of the practice: what no sequence of acts may bring about."""

from tests.mutations.mutation import Mutation

ACTS = (
    "tests/simulation/test_practice.py",
    "tests/core/practice/test_roles.py",
    "tests/core/practice/test_updates.py",
    "tests/core/practice/learning/test_postmortems.py",
    "tests/core/practice/learning/test_action_items.py",
)
"""Random acts, and the tests that miss the guard whatever chance brings."""

PRACTICE = (
    Mutation(
        "a SEV-1 is closed with a postmortem",
        "triaged/core/acting.py",
        "if isinstance(event, Closed) and (why := why_not_closed(situation.settings, incident)):",
        "if isinstance(event, Closed) and (why := ''):",
        ACTS,
    ),
    Mutation(
        "an action item has an owner",
        "triaged/core/practice/learning/action_items.py",
        "    return _unknown(situation.settings, event.owner) or _untimely(",
        "    return _untimely(",
        ACTS,
    ),
    Mutation(
        "the commander does not lead the investigation",
        "triaged/core/practice/roles.py",
        "    if conflict is not None:\n        return Decision((), conflict)\n",
        "",
        ACTS,
    ),
    Mutation(
        "a rise that makes one person both is said",
        "triaged/core/practice/roles.py",
        "        _notice_both(situation, draft, before)\n",
        "        pass\n",
        ("tests/core/practice/test_roles.py",),
    ),
    Mutation(
        "whoever takes a role ends the period of whoever had it",
        "triaged/core/practice/roles.py",
        "    if before is not None:\n        _end(",
        "    if before is None:\n        _end(",
        ACTS,
    ),
    Mutation(
        "a period that ends has its end in its row",
        "triaged/core/practice/roles.py",
        "draft.add(SaveRow(replace(period, ends_at=situation.now, ended_by=by)))",
        "pass",
        ACTS,
    ),
    Mutation(
        "a late update is escalated",
        "triaged/core/practice/updates.py",
        "    elif stage >= ESCALATION:\n",
        "    elif stage > len(STAGES_US):\n",
        ACTS,
    ),
    Mutation(
        "command begins the deadline of updates with its timer",
        "triaged/core/practice/updates.py",
        "        change_work(draft, next_update_at=situation.now + every)\n        arm_update(",
        "        change_work(draft, next_update_at=situation.now + every)\n        print(",
        ("tests/core/practice/test_updates.py",),
    ),
    Mutation(
        "an update that was posted moves its timer",
        "triaged/core/practice/updates.py",
        "    keep_active(situation, draft)\n    arm_update(situation, draft)\n    _spread(",
        "    keep_active(situation, draft)\n    _spread(",
        ACTS,
    ),
    Mutation(
        "the auditor looks for deadlines of the practice",
        "triaged/core/response/audit.py",
        "    wanted += deadlines_of(situation, incident, before)\n",
        "",
        ("tests/core/practice/test_lacking.py",),
    ),
    Mutation(
        "who has the incident does not matter to a page for a late update",
        "triaged/core/response/delivering.py",
        "    if page.wanted is UNSET or not incident.live:\n",
        "    if page.wanted is not None or not incident.live:\n",
        ("tests/core/practice/test_updates.py", "tests/simulation/test_golden.py"),
    ),
)
