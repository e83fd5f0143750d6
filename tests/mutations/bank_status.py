"""Guards of the status page: what is public, by whom, and who hears of it."""

from tests.mutations.mutation import Mutation

PAGE = "triaged/core/practice/status/status_page.py"
SUBSCRIBERS = "triaged/core/practice/status/subscribers.py"
PAGE_TESTS = ("tests/core/practice/status/test_status_page.py",)
SUBSCRIBER_TESTS = ("tests/core/practice/status/test_subscribers.py",)

STATUS = (
    Mutation(
        "a drill is never published",
        PAGE,
        '    if incident.kind == "drill":\n        return f"',
        '    if incident.kind == "":\n        return f"',
        PAGE_TESTS,
    ),
    Mutation(
        "of a major incident the communications lead alone publishes",
        PAGE,
        "if by not in (lead, actors.ANONYMOUS):",
        "if by == actors.ANONYMOUS and lead is None:",
        PAGE_TESTS,
    ),
    Mutation(
        "a post that is published again sends nothing",
        PAGE,
        "    if post.state is PostState.PUBLISHED:\n        return Decision((), RowSaved",
        "    if post.state is PostState.DISCARDED:\n        return Decision((), RowSaved",
        PAGE_TESTS,
    ),
    Mutation(
        "a published text is kept when it is edited",
        PAGE,
        "revisions=(*post.revisions, revision)",
        "revisions=post.revisions",
        PAGE_TESTS,
    ),
    Mutation(
        "more than a small edit of a published post is refused",
        PAGE,
        "return differing <= max(SMALL_WORDS, SMALL_SHARE * old.total())",
        "return differing >= 0",
        PAGE_TESTS,
    ),
    Mutation(
        "maintenance does what the clock says once",
        "triaged/core/practice/status/status_maintenance.py",
        "row.due_at != event.due_at or ",
        "",
        ("tests/core/practice/status/test_status_maintenance.py",),
    ),
    Mutation(
        "an outage outweighs maintenance",
        "triaged/core/practice/status/status_maintenance.py",
        "return ComponentStatus.UNDER_MAINTENANCE if is_up else None",
        "return ComponentStatus.UNDER_MAINTENANCE",
        ("tests/core/practice/status/test_status_maintenance.py",),
    ),
    Mutation(
        "components are set automatically only where no human has said anything",
        "triaged/core/practice/status/status_deadlines.py",
        "may = may_set(situation, row, incident) if wanted else is_ours(row, incident)",
        "may = bool(wanted) or is_ours(row, incident)",
        ("tests/core/practice/status/test_status_deadlines.py",),
    ),
    Mutation(
        "who has not confirmed gets no post",
        SUBSCRIBERS,
        "    if row.state is not ACTIVE or row.confirmed_at is None:\n        return False\n",
        "    if row.confirmed_at is None:\n        return bool(row.address)\n",
        SUBSCRIBER_TESTS,
    ),
    Mutation(
        "a batch of a mailing counts once",
        SUBSCRIBERS,
        " or mailing.after != event.after",
        "",
        SUBSCRIBER_TESTS,
    ),
    Mutation(
        "an address is asked to confirm so often and no more",
        SUBSCRIBERS,
        "len(asked) < ASKED_MAX and ",
        "",
        SUBSCRIBER_TESTS,
    ),
    Mutation(
        "the link to confirm works for a day",
        SUBSCRIBERS,
        "row.confirm_by is None or row.confirm_by < situation.now",
        "row.confirm_by is None",
        SUBSCRIBER_TESTS,
    ),
    Mutation(
        "who has left while a mail waited does not get it",
        "triaged/delivery/request_kinds/subscriber.py",
        "return row.state in states and ",
        "return bool(states) and ",
        ("tests/delivery/request_kinds/test_subscriber.py",),
    ),
    Mutation(
        "a mail that may have arrived is not sent again",
        "triaged/delivery/request_kinds/subscriber.py",
        "if isinstance(verdict, TryAgain) and verdict.maybe_accepted:",
        "if isinstance(verdict, TryAgain) and verdict.error is None:",
        ("tests/delivery/request_kinds/test_subscriber.py",),
    ),
    Mutation(
        "an address that came from outside leads to no private network",
        "triaged/delivery/request_kinds/subscriber.py",
        "guarded=True",
        "guarded=False",
        ("tests/delivery/request_kinds/test_subscriber.py",),
    ),
    Mutation(
        "opening a link changes nothing",
        "triaged/web/status_subscribers.py",
        '    text = f"Mails about the status go to {row.address} once you press the button."\n',
        "    text = str(await _submit(call, SubscriptionConfirmed(row.id)))\n",
        ("tests/web/test_status_subscribers.py",),
    ),
    Mutation(
        "a network asks for so many subscriptions and no more",
        "triaged/web/status_subscribers.py",
        "address is not None and call.context.sign_ups.allows(client, now)",
        "address is not None and client",
        ("tests/web/test_status_subscribers.py",),
    ),
    Mutation(
        "a page that is not public wants a token",
        "triaged/http/guards.py",
        'case Scope.STATUS if "status" not in call.context.configuration.public:',
        'case Scope.STATUS if "" in call.context.configuration.public:',
        ("tests/web/test_status.py",),
    ),
    Mutation(
        "what people wrote is escaped in the feed",
        "triaged/web/_status_atom.py",
        "{escape(part).replace(chr(10), '<br>')}",
        "{part}",
        ("tests/web/test_status_atom.py",),
    ),
    Mutation(
        "a folder that is no copy of ours is left alone",
        "triaged/process/static_copy.py",
        "if not folder.is_dir() or any(folder.iterdir()):",
        "if not folder.is_dir():",
        ("tests/process/test_static_copy.py",),
    ),
)
