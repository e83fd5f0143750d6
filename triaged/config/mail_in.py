"""Mail that comes in, as a configuration says."""

from importlib.util import find_spec

from triaged.config import schema
from triaged.config.findings import Findings
from triaged.config.schema.mail_in import MailIn

SECTION = "mail_in"
MISSING = "mail that comes in needs the extra `mail`: pip install 'triaged[mail]'"


def mail_in_of(config: schema.Config, findings: Findings) -> MailIn | None:
    """The mail that is read; an error where nothing takes it, or what speaks SMTP is missing."""
    written = config.mail_in
    if written is not None and find_spec("aiosmtpd") is None:
        findings.wrong((SECTION,), MISSING)
    if written is None or not findings.is_whole((SECTION,)):
        return written
    if written.reports_to is None and written.replies_to is None:
        told = "nobody would take any mail: name `reports_to` or `replies_to`"
        findings.wrong((SECTION,), told)
    elif written.reports_to == written.replies_to:
        findings.wrong((SECTION, "replies_to"), "reports and replies need an address each")
    return written
