"""The key `mail_in` of config.yaml. These docstrings are the reference."""

import msgspec

from triaged.config.value_types import Listen, Mailbox


class MailIn(msgspec.Struct, frozen=True):
    """Mail that comes in, by SMTP from a mail server of the house. It needs the extra `mail`."""

    listen: Listen = ("127.0.0.1", 2525)
    """Address at which the SMTP server listens. Mail is neither relayed nor encrypted."""
    reports_to: Mailbox | None = None
    """Address whose mail becomes customers' reports, such as `reports@example.org`. With a service
    behind `+`, as in `reports+checkout@example.org`, the report is about that service."""
    replies_to: Mailbox | None = None
    """Address to which people reply to pages by mail, such as `triaged@example.org`: one word in
    the first line, `ack`, `take`, `escalate` or `resolve`. What stands behind `+` there is ours."""
