"""Closing in a dry run, in which nobody writes postmortems."""

from msgspec.structs import replace

from triaged.core.settings import Settings


def closable(settings: Settings) -> Settings:
    """The settings under which every resolved incident may be closed, as its record tells."""
    severities = {
        severity: replace(target, postmortem="optional")
        for severity, target in settings.severities.items()
    }
    return replace(settings, severities=severities)
