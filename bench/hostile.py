"""Rule files from hell: each must be refused, with a position, before anybody notices."""

import time
from collections.abc import Mapping

from bench.options import Options
from bench.table import Line
from triaged.errors import Problem
from triaged.rules.read import RuleContext, read_rules
from triaged.yamlschema.document import parse

LIMIT_MS = 100
SLOWEST = 3


def _rule(rest: str) -> str:
    return f"rules:\n  - {{name: a, {rest}}}\n"


def _title(template: str) -> str:
    return _rule(f"set: {{title: '{template}'}}")


def _pattern(text: str) -> str:
    return _rule(f"match: ['x=~\"{text}\"'], stop: true")


def _window(rest: str) -> str:
    return f"maintenance:\n  - {{name: a, match: ['x=\"y\"'], {rest}}}\n"


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)

CASES: Mapping[str, tuple[str | bytes, str]] = {
    "alias bomb": (BOMB, "aliases repeat too much"),
    "alias of itself": ("rules: &a [*a]\n", "inside of what it repeats"),
    "lists in lists": ("rules: " + "[" * 100_000 + "]" * 100_000, "nested deeper"),
    "maps in maps": ("rules: " + "{a: " * 20_000 + "1" + "}" * 20_000, "nested deeper"),
    "50,000 keys": (_rule(", ".join(f"k{n}: 1" for n in range(50_000))), "more than 25000 values"),
    "a key twice": (_rule("name: b"), "duplicate key 'name'"),
    "a tag of Python": ("rules: !!python/object/apply:os.system ['id']\n", "tags are not read"),
    "a tag": ("rules: !foo []\n", "tags are not read"),
    "a merge": ("rules:\n  - {<<: {name: a}}\n", "<<"),
    "two documents": ("rules: []\n---\nrules: []\n", "a second document"),
    "a list": ("- 1\n", "expected a map"),
    "a text": ("hello", "expected a map"),
    "never closed": ("rules: [{name: a", "did not find expected"),
    "a tab": ("rules:\n\t- name: a\n", "a tab cannot indent"),
    "NUL": ('rules: [{name: "a\0b"}]\n', "U+0000"),
    "UTF-16": ("rules: []\n".encode("utf-16"), "not UTF-8"),
    "Latin-1": (b"rules: [{name: \xff\xfe}]\n", "not UTF-8"),
    "2 MiB": ("rules: ['" + "x" * (2 << 20) + "']\n", "a file may have"),
    "100,000 rules": (
        "rules:\n" + "".join(f"  - {{name: a{n}}}\n" for n in range(100_000)),
        "a file may have",
    ),
    "a number of 100,000 digits": (
        _rule(f"set: {{resolve: {{hold: {'9' * 100_000}s}}}}"),
        "expected a duration",
    ),
    "a pattern of 1 MiB": (_pattern("a" * (1_000_000)), "the pattern is longer"),
    "a pattern of 300,000 choices": (_pattern("ab|" * 300_000), "the pattern is longer"),
    "look-around": (_pattern("(?=a)b"), "RE2 has no look-around"),
    "back-reference": (_pattern("(a)\\\\1"), "RE2 has no look-around"),
    "repeats in repeats": (_pattern("((a{1,90}){1,90}){1,90}"), "not a regular expression"),
    "a half pattern": (_pattern("("), "missing )"),
    "300 patterns of 800 copies": (
        "rules:\n"
        + "".join(
            f"  - {{name: a{n}, match: ['x=~\".*a.{{400}}b{n}.*c.{{400}}\"']}}\n"
            for n in range(300)
        ),
        "add up to 800",
    ),
    "10,000 matchers": (
        _rule("match: [" + ", ".join(f"'x!=\"{n}\"'" for n in range(10_000)) + "]"),
        "10000 matchers in one list; 1000 may be",
    ),
    "a template that includes": (_title("{% include x %}"), "`include` is not allowed"),
    "a template that counts": (_title("{{ range(10**9) }}"), "not allowed"),
    "a template that computes": (_title("{{ 9**9**9 }}"), "`pow` is not allowed"),
    "a template that repeats": (_title('{{ "a" * 1000000000 }}'), "`mul` is not allowed"),
    "a template in parentheses": (_title("{{ " + "(" * 5000 + ")" * 5000), "4096 characters"),
    "a template of 280,000": (_title("{{ labels.a }}" * 20_000), "4096 characters"),
    "a zone on Mars": (_window("every: 'sat 02:00-04:00', timezone: Mars/Base"), "no time zone"),
    "30 February": (_window("from: 2026-02-30T00:00, to: 2026-03-01T00:00"), "out of range"),
    "hour 25": (_window("every: 'sat 25:00-99:00'"), "hours go from 00:00 to 24:00"),
    "mutes everything": (
        "maintenance:\n  - {name: a, match: ['x=~\".*\"'], every: daily}\n",
        "mutes everything",
    ),
}
"""By name: a file, and what the message about it says."""


def problems(content: str | bytes) -> tuple[Problem, ...]:
    """What a reload would say about the file."""
    document = parse("rules/hell.yaml", content if isinstance(content, bytes) else content.encode())
    _, found = read_rules([document], RuleContext())
    return (*document.problems, *found)


def measure(options: Options) -> list[Line]:
    """How long the slowest takes to be refused; the first of all pays for imports, so twice."""
    taken: dict[str, float] = {}
    for _ in range(1 + options.runs):
        for name, (content, _) in CASES.items():
            begun = time.perf_counter()
            problems(content)
            taken[name] = (time.perf_counter() - begun) * 1000
    slowest = sorted(taken, key=lambda name: taken[name], reverse=True)[:SLOWEST]
    return [
        Line(
            f"a rule file refused ({len(CASES)} kinds): {name}",
            f"{taken[name]:.1f} ms",
            wanted=f"≤ {LIMIT_MS} ms",
            holds=taken[name] <= LIMIT_MS,
        )
        for name in slowest
    ]
