"""The scale of severities."""

from enum import StrEnum


class Severity(StrEnum):
    """Severity of an incident: the lower the worse, so the worst of several is their `min`."""

    SEV1 = "SEV-1"
    SEV2 = "SEV-2"
    SEV3 = "SEV-3"
    SEV4 = "SEV-4"
