"""Guards of what the world sees: delivery, reloads, tokens, links, signatures."""

from tests.mutations.mutation import Mutation

OUTSIDE = (
    Mutation(
        "an attempt begins only while its lease lasts until it can be renewed",
        "triaged/delivery/lane.py",
        "if now + RENEW_US > attempt.page.lease_until:",
        "if now > attempt.page.lease_until + RENEW_US:",
        ("tests/delivery/test_lane_lease.py",),
    ),
    Mutation(
        "the lease of an attempt that takes long is renewed",
        "triaged/delivery/lane.py",
        "await pages.renew(tx, held, now + LEASE_US)",
        "await pages.renew(tx, [], now + LEASE_US)",
        ("tests/delivery/test_lane_shares.py",),
    ),
    Mutation(
        "one mailbox that is put off is not the failure of its server",
        "triaged/delivery/breaker.py",
        "case Delivered() | Refused() | TryAgain(scope=Scope.RECIPIENT):",
        "case Delivered() | Refused():",
        ("tests/delivery/test_breaker.py",),
    ),
    Mutation(
        "what may be the fault of one mailbox stops a server only when a second one fails",
        "triaged/delivery/breaker.py",
        "if len(self._uncertain) == 1 and not self._provider.failures:",
        "if not self._uncertain:",
        ("tests/delivery/test_breaker.py",),
    ),
    Mutation(
        "a reload that would lose the rules of a file is refused",
        "triaged/config/rule_files.py",
        "if had := _lost([old], [file]):",
        "if (had := _lost([old], [file])) < 0:",
        ("tests/config/test_rule_files.py",),
    ),
    Mutation(
        "a reload that would lose the rules of a pattern is refused",
        "triaged/process/reload.py",
        "problems=in_order([*loaded.problems, *lost])) if lost else loaded",
        "problems=in_order([*loaded.problems, *lost])) if not path else loaded",
        ("tests/daemon/test_daemon.py",),
    ),
    Mutation(
        "a request that the API asked for does not reach the operator's network",
        "triaged/delivery/carriers/guard.py",
        "if not address.is_global or",
        "if",
        ("tests/delivery/carriers/test_guard.py",),
    ),
    Mutation(
        "a token does what its scopes allow",
        "triaged/http/guards.py",
        "if not caller.may(scope):",
        "if not scope:",
        ("tests/api/test_tokens.py", "tests/api/test_webhooks.py", "tests/http/test_guards.py"),
    ),
    Mutation(
        "who has no token gets nothing",
        "triaged/http/guards.py",
        "if caller is None:",
        "if caller == 0:",
        ("tests/http/test_alert_bodies.py::test_no_token_no_entry",),
    ),
    Mutation(
        "a request that another site makes in a browser is refused",
        "triaged/http/guards.py",
        "if origins.is_cross_site(call.request, configuration.public_url):",
        "if call is None:",
        ("tests/http/test_server.py",),
    ),
    Mutation(
        "a link that was forged acts on nothing",
        "triaged/access/action_links.py",
        'if not signed or f"{_text(payload)}.{_text(_mac(payload, key))}" != text:',
        "if not dot:",
        ("tests/access/test_action_links.py",),
    ),
    Mutation(
        "a link acts until it expires",
        "triaged/access/action_links.py",
        "return link if now < link.expires_s * 1_000_000 else None",
        "return link",
        ("tests/access/test_action_links.py",),
    ),
    Mutation(
        "a signature of Grafana's holds or the body is refused",
        "triaged/ingest/grafana.py",
        'raise Unauthorized(f"the signature in {settings.hmac_header} is missing or wrong")',
        "pass",
        ("tests/ingest/test_grafana.py",),
    ),
    Mutation(
        "a signature of GitHub's holds or the body is refused",
        "triaged/ingest/changes.py",
        "if signed or hmac.compare_digest(",
        "if True or hmac.compare_digest(",
        ("tests/ingest/test_changes.py",),
    ),
)
