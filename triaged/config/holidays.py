"""Public holidays of countries and their parts, by the library `holidays`, imported when needed."""

import importlib
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

from triaged.config import schema
from triaged.config.findings import Findings
from triaged.core.time.calendars import CHECKED_YEARS
from triaged.yamlschema.document import Path
from triaged.yamlschema.schema import none_of

LIBRARY = "holidays"
MISSING = "public holidays need the extra `calendar`: pip install 'triaged[calendar]'"
OWN_DAY = "closed"
LANGUAGE = "en_US"
WANTED = "a country, or a part of one, such as DE, DE-BE or US-CA"


def public_holidays(
    names: str | tuple[str, ...], path: Path, findings: Findings
) -> dict[date, str]:
    """The public holidays of these places, with their names; errors for those that are unknown."""
    found: dict[date, str] = {}
    for index, name in enumerate(_names(names)):
        place: Path = (*path, "holidays") if isinstance(names, str) else (*path, "holidays", index)
        if find_spec(LIBRARY) is None:
            findings.wrong(place, MISSING)
            break
        problem = unknown_place(name)
        if problem:
            findings.wrong(place, problem)
        else:
            for day, text in holidays_of(name).items():
                found.setdefault(day, text)
    return found


def unknown_place(name: str) -> str:
    """What is wrong with the name of a place; empty: nothing is."""
    country, _, part = name.partition("-")
    places: Mapping[str, list[str]] = _library().list_supported_countries()
    if country not in places:
        return f"{none_of(country, sorted(places))}; {WANTED} is wanted"
    if part and part not in places[country]:
        return f"{country}: {none_of(part, places[country])}"
    return ""


@lru_cache(maxsize=64)  # a reload asks for the same few places again
def holidays_of(name: str) -> Mapping[date, str]:
    """The public holidays of a place in the years that are checked, by day."""
    country, _, part = name.partition("-")
    library = _library()
    found = library.country_holidays(country, subdiv=part or None, years=CHECKED_YEARS)
    if LANGUAGE in found.supported_languages:
        found = library.country_holidays(
            country, subdiv=part or None, years=CHECKED_YEARS, language=LANGUAGE
        )
    return {day: str(text) for day, text in sorted(found.items())}


def places_of(config: schema.Config) -> frozenset[str]:
    """The places that calendars name and that there are."""
    named = [_names(calendar.holidays) for calendar in config.calendars.values()]
    if not any(named) or find_spec(LIBRARY) is None:
        return frozenset()
    return frozenset(name for names in named for name in names if not unknown_place(name))


def _names(written: str | tuple[str, ...]) -> tuple[str, ...]:
    return (written,) if isinstance(written, str) else written


def _library() -> Any:  # noqa: ANN401 - it is imported when somebody needs it
    return importlib.import_module(LIBRARY)
