"""The scenarios that come with triaged: `triaged drill run checkout-failures`."""

import re
from importlib.resources import files

SCENARIOS = files("triaged.drills") / "scenarios"
SUFFIX = ".yaml"

_NAME = re.compile(r"[a-z][a-z0-9-]{0,60}")


def shipped() -> list[str]:
    """The names of the scenarios, in order."""
    names = (entry.name for entry in SCENARIOS.iterdir())
    return sorted(name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX))


def text_of(name: str) -> bytes | None:
    """The file of a shipped scenario; None: there is none of this name."""
    if _NAME.fullmatch(name) is None or name not in shipped():
        return None
    return (SCENARIOS / f"{name}{SUFFIX}").read_bytes()
