"""Guards of channels: who signs what arrives, what a message costs, what is never run."""

from tests.mutations.mutation import Mutation

CHANNELS = (
    Mutation(
        "a call of Twilio's is signed or refused",
        "triaged/channels/common/telephone/twilio.py",
        "if not any(hmac.compare_digest(given, each) for each in expected):",
        "if not expected:",
        ("tests/channels/common/telephone/test_twilio.py",),
    ),
    Mutation(
        "a call that names a shared key is not verified with the account's token",
        "triaged/channels/common/telephone/twilio.py",
        "    if not header:\n",
        "    if True:\n",
        ("tests/channels/common/telephone/test_twilio.py",),
    ),
    Mutation(
        "a page by SMS takes one segment",
        "triaged/channels/common/telephone/gsm7.py",
        'while kept and places(f"{head}{kept}..{tail}") > room(whole, segments):',
        "while len(kept) > 1000:",
        ("tests/channels/common/telephone/test_gsm7.py",),
    ),
    Mutation(
        "a stranger's SMS is not answered",
        "triaged/channels/twilio_sms.py",
        "case Typed() if reply.text and not reply.is_stranger:",
        "case Typed() if reply.text:",
        ("tests/channels/test_twilio_sms.py",),
    ),
    Mutation(
        "words that cost money are kept back after a few refusals",
        "triaged/calls/refusals.py",
        "if len(told) >= kind.REFUSALS_AN_HOUR:",
        "if len(told) < 0:",
        ("tests/calls/test_refusals.py",),
    ),
    Mutation(
        "a call of Pushover's goes to an address that we have made",
        "triaged/channels/pushover.py",
        'if not hmac.compare_digest(asked.get("mac", "").encode(), expected.encode()):',
        "if not expected:",
        ("tests/channels/test_pushover.py",),
    ),
    Mutation(
        "an edit does not end the ringing of a page that is still wanted",
        "triaged/channels/pushover.py",
        "    if notice.is_page:\n        return look_up(ref, settings)\n",
        "",
        ("tests/channels/test_pushover.py",),
    ),
    Mutation(
        "a message for several pages is edited by none of them",
        "triaged/delivery/bundling.py",
        "if len(sends) > 1 and isinstance(kind, Edited)",
        "if not sends and isinstance(kind, Edited)",
        ("tests/delivery/test_bundling.py",),
    ),
    Mutation(
        "no program runs unless the configuration permits it",
        "triaged/config/plugins.py",
        "if isinstance(kind, Executing) and not config.allow_exec:",
        "if isinstance(kind, Executing) and config.allow_exec is None:",
        ("tests/config/test_plugins.py",),
    ),
    Mutation(
        "a program is killed with what it has started",
        "triaged/delivery/carriers/programs.py",
        "os.killpg(process.pid, signal.SIGKILL)",
        "process.kill()",
        ("tests/delivery/carriers/test_programs.py",),
    ),
    Mutation(
        "the output of a program holds no secret of ours",
        "triaged/delivery/carriers/programs.py",
        "text = text.replace(secret.reveal(), str(secret))",
        "text = str(text)",
        ("tests/delivery/carriers/test_programs.py",),
    ),
    Mutation(
        "a reply by mail acts for whoever it was signed for",
        "triaged/access/reply_addresses.py",
        "whose = [one for one in people if hmac.compare_digest(_mac(head, one, key), mac)]",
        "whose = list(people)",
        ("tests/access/test_reply_addresses.py",),
    ),
    Mutation(
        "an address for replies ends",
        "triaged/access/reply_addresses.py",
        "if not whose or now >= day * DAY:",
        "if not whose:",
        ("tests/access/test_reply_addresses.py",),
    ),
)
