"""`--fail-if`: a condition on the numbers of a replay, such as `pages > +10%`."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from operator import ge, gt, le, lt

import msgspec

from triaged.core.text.names import meant

METRICS = (
    "incidents",
    "pages",
    "night_pages",
    "missed",
    "suppressed",
    "sev1",
    "sev2",
    "sev3",
    "sev4",
)
PERSON = "person:"
OF_PERSON = ("pages", "night_pages")
OPERATORS: Mapping[str, Callable[[float, float], bool]] = {">=": ge, "<=": le, ">": gt, "<": lt}
NUMBER_WANTED = "a number (`100`), a change (`+5`, `-5`) or a change in percent (`+10%`)"

_CONDITION = re.compile(r"\s*([^\s<>=]+)\s*([<>]=?)\s*(\S+)\s*")
_NUMBER = re.compile(r"([+-])?(\d{1,12}(?:\.\d{1,6})?)(%)?", re.ASCII)
_PERSON = re.compile(rf"person:[^\s]+\.({'|'.join(OF_PERSON)})")


class Limit(msgspec.Struct, frozen=True):
    """A condition: a metric, an operator, and the value to compare it with."""

    text: str
    metric: str
    operator: str
    value: float
    relative: bool = False
    """True: `value` is a change relative to the number before."""
    percent: bool = False

    @property
    def person(self) -> str | None:
        """The person or channel whose number it is about; None: it is about all."""
        who, dot, _ = self.metric.removeprefix(PERSON).rpartition(".")
        return who if dot and self.metric.startswith(PERSON) else None

    def broken(self, before: Mapping[str, int], after: Mapping[str, int]) -> bool:
        """True if the condition holds for the numbers; a missing number is 0."""
        was, now = before.get(self.metric, 0), after.get(self.metric, 0)
        bound = self.value
        if self.relative:
            bound = was * (1 + self.value / 100) if self.percent else was + self.value
        return OPERATORS[self.operator](now, bound)


def check_names(limits: Iterable[Limit], known: Collection[str]) -> None:
    """Refuse a condition on a person whom nothing knows: it could never be true. ValueError."""
    for limit in limits:
        if limit.person is not None and limit.person not in known:
            text = f"{limit.text!r}: nobody is called {limit.person!r}"
            raise ValueError(f"{text}{meant(limit.person, known)}")


def parse_limit(text: str) -> Limit:
    """The condition in `text`; ValueError says what is allowed."""
    match = _CONDITION.fullmatch(text)
    if match is None:
        wanted = "METRIC OPERATOR NUMBER is expected, such as 'pages > +10%'"
        raise ValueError(f"{text!r}: {wanted}; operators are {', '.join(OPERATORS)}")
    metric, operator, written = match.groups()
    if metric not in METRICS and _PERSON.fullmatch(metric) is None:
        names = ", ".join((*METRICS, *(f"person:NAME.{name}" for name in OF_PERSON)))
        raise ValueError(f"{text!r}: {metric!r} is none of {names}")
    number = _NUMBER.fullmatch(written)
    if number is None or (number[3] and not number[1]):
        raise ValueError(f"{text!r}: {written!r} is not {NUMBER_WANTED}")
    sign, digits, percent = number.groups()
    value = -float(digits) if sign == "-" else float(digits)
    return Limit(text.strip(), metric, operator, value, bool(sign), bool(percent))
