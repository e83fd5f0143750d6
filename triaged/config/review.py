"""The weekly review as the daemon has it: whom it is sent to, and when."""

from collections.abc import Mapping

from triaged.config import schema
from triaged.config.findings import Findings
from triaged.config.model import Channel
from triaged.config.policies import SECTIONS, check_reach
from triaged.core.settings import WeeklyReview
from triaged.yamlschema.document import Path

SECTION = "review"


def weekly_review_of(
    config: schema.Config, channels: Mapping[str, Channel], findings: Findings
) -> WeeklyReview | None:
    """The weekly review; None: nobody gets one."""
    written = config.review
    if written is None:
        return None
    if not written.to and findings.is_whole((SECTION, "to")):
        findings.wrong((SECTION, "to"), "nobody would get it: leave `review` out, or name somebody")
    for index, target in enumerate(written.to):
        path: Path = (SECTION, "to", index)
        if findings.refer(path, SECTIONS[target.kind], target.name):
            check_reach(findings, path, target, config, channels)
    return WeeklyReview(written.to, written.at)
