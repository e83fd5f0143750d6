"""Rule files to a compiled rule set, with every problem at its position."""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from triaged.core.records.labels import Exporters
from triaged.core.time import recurring
from triaged.core.time.calendars import Calendar
from triaged.errors import Problem
from triaged.rules import schema
from triaged.rules.compile_rule import compiled
from triaged.rules.conditions import Cel, Condition, During, FromSource, Outside, StartsWithin
from triaged.rules.evaluate import CompiledRule, RuleSet, ShadowRule, is_link
from triaged.rules.extracting import EXTRACTIONS_MAX, Extraction
from triaged.rules.labelling import USUAL_EXPORTERS, Labelling
from triaged.rules.mapping import MAPPINGS_MAX, LabelMapping, read_table
from triaged.rules.muters import MuterBuilder, long_lists
from triaged.rules.names import UniqueNames
from triaged.rules.positions import positions_of
from triaged.rules.schema import Extract, Rule, Set, When
from triaged.yamlschema.document import Document, Path, YieldPoint, never_yield
from triaged.yamlschema.schema import Options, as_written, shape
from triaged.yamlschema.values import none_of, quoted

RULES_MAX = 5000
SHADOWS_MAX = 100
"""Each that matches is worked out beside what is decided, and stands in the alert's row."""

DIGEST_DIGITS = 16
"""Digits kept of a SHA-256: it tells versions of rules apart, and stands in every row they
decide."""

UNNAMED = "a label has a name"
_canonical = msgspec.json.Encoder(order="deterministic").encode


class RuleContext(msgspec.Struct, frozen=True):
    """Names to which rules may refer, and how their files are read."""

    calendars: Mapping[str, Calendar] = {}
    services: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()
    policies: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    timezone: str = "UTC"
    beside: Callable[[str, str], bytes | str] | None = None
    """The content of a file beside a document; a text says why there is none. Without it, no
    rule file may name another file."""

    exporters: Exporters = USUAL_EXPORTERS
    """What is no service, whatever the label `service` says."""

    yield_point: YieldPoint = never_yield
    """Called before each rule, and before what all of them make together."""


def read_rules(
    documents: Sequence[Document], context: RuleContext
) -> tuple[RuleSet, list[Problem]]:
    """The rules of all documents, in order, and all that is wrong with them."""
    builder = _RuleSetBuilder(context)
    for document in documents:
        builder.read(document)
    context.yield_point()
    said: list[object] = [[document.value for document in documents], *builder.tables]
    if context.exporters != USUAL_EXPORTERS:
        said.append(msgspec.structs.astuple(context.exporters))
    short = _digest(said)
    labelling = Labelling(tuple(builder.extractions), tuple(builder.mappings), context.exporters)
    context.yield_point()
    rules = RuleSet(builder.rules, short, builder.muters.muters, labelling, builder.shadows)
    context.yield_point()
    return rules, builder.problems


def _digest(value: object) -> str:
    return hashlib.sha256(_canonical(value)).hexdigest()[:DIGEST_DIGITS]


class Outline(msgspec.Struct, frozen=True):
    """A file of rules, before each is read for itself (`schema.RuleFile`)."""

    rules: tuple[object, ...] = ()
    suppress: tuple[object, ...] = ()
    maintenance: tuple[object, ...] = ()
    extract: tuple[object, ...] = ()
    mappings: tuple[object, ...] = ()
    allow_empty: bool = False


SECTIONS = ("rules", "suppress", "maintenance", "extract", "mappings")
"""The lists of a rule file, in the order of `Outline`."""

UNFINISHED = "{} has no entries: the file may be cut off. Write `{}: []`, or `allow_empty: true`"
EMPTY = "the file has no rules: write `allow_empty: true` in it if that is meant"


class _RuleSetBuilder:
    """Reads one document after another; names are unique among all."""

    def __init__(self, context: RuleContext) -> None:
        self.rules: list[CompiledRule] = []
        self.shadows: list[ShadowRule] = []
        self.extractions: list[Extraction] = []
        self.mappings: list[LabelMapping] = []
        self.tables: list[str] = []
        """Hashes of the contents of tables."""
        self._names = UniqueNames()
        self.muters = MuterBuilder(context.timezone, self._names)
        self.problems: list[Problem] = []
        self._context = context
        self._left_out: list[Path] = []
        """Paths of the parts of the current rule that are wrong and left out."""

    def read(self, document: Document) -> None:
        """Take the rules of a document."""
        file, problems = shape(document, Outline, (), Options(partial=True))
        self.problems += [*document.problems, *problems]
        if file is not None:
            self._check_entries(document, file)
            numbers = (len(file.suppress), len(file.maintenance))
            self.problems += self.muters.read(document, *numbers)
            self._read_extractions(document, len(file.extract))
            self._read_mappings(document, len(file.mappings))
        for index in range(0 if file is None else len(file.rules)):
            self._context.yield_point()
            at: Path = ("rules", index)
            if long := long_lists(document, at, ("match",)):
                self.problems += long
                continue
            options = Options(partial=True)
            rule, problems = shape(document, Rule, at, options)
            self.problems += problems
            self._left_out = options.left_out
            if rule is None:
                continue  # the others count all the same, and are looked at
            self._check_name(document, rule.name, (*at, "name"))
            conditions = self._conditions(document, rule.when or When(), (*at, "when"))
            self._check_set(document, rule, at)
            if problems:
                continue  # what of it does not go together is not worth reading
            self._check_together(document, rule, at)
            if len(self.rules) >= RULES_MAX:
                message = f"more than {RULES_MAX} rules"
                self.problems.append(Problem(document.where(at), message))
                return
            self._keep(document, rule, conditions, at)

    def _check_entries(self, document: Document, file: Outline) -> None:
        """Tell of a file that is empty, or that ends behind the name of a section."""
        if file.allow_empty:
            return
        given = document.value if isinstance(document.value, dict) else {}
        for name in SECTIONS:
            if name in given and given[name] is None:
                message = UNFINISHED.format(name, name)
                self.problems.append(Problem(document.where((name,), key=True), message))
        if not given:
            self.problems.append(Problem(document.where(()), EMPTY, warning=True))

    def _keep(
        self, document: Document, rule: Rule, conditions: tuple[Condition, ...], at: Path
    ) -> None:
        """Compile the rule as its mode says; disabled, it is only checked."""
        if rule.until is not None and rule.mode != "shadow":
            message = f"until is for `mode: shadow`; this rule is {rule.mode}"
            self._wrong(document, (*at, "until"), message)
        found = compiled(rule, conditions, document.where(at))
        positions = positions_of(document, rule, at)
        found = replace(found, digest=_digest(document.at(at)), positions=positions)
        if rule.mode == "active":
            self.rules.append(found)
        if rule.mode != "shadow":
            return
        if rule.expect is not None:
            message = "nothing is expected in the shadow; only what the rule sets is recorded"
            self._wrong(document, (*at, "expect"), message, warning=True)
        if len(self.shadows) >= SHADOWS_MAX:
            self._wrong(document, (*at, "mode"), f"more than {SHADOWS_MAX} shadow rules")
            return
        zone = recurring.zone_of(self._context.timezone)
        ends_at = None if rule.until is None else recurring.edge(rule.until, 0, zone)
        self.shadows.append(ShadowRule(found, len(self.rules), rule.until, ends_at))

    def _wrong(self, document: Document, at: Path, message: str, *, warning: bool = False) -> None:
        where = document.where(as_written(at, self._left_out))
        self.problems.append(Problem(where, message, warning))

    def _read_extractions(self, document: Document, number: int) -> None:
        for index in range(number):
            at: Path = ("extract", index)
            if len(self.extractions) >= EXTRACTIONS_MAX:
                self._wrong(document, at, f"more than {EXTRACTIONS_MAX}")
                return
            given, problems = shape(document, Extract, at)
            self.problems += problems
            if given is None:
                continue
            self._check_name(document, given.name, (*at, "name"))
            where = document.where(at)
            self.extractions.append(Extraction(given.name, given.field, given.pattern, where))

    def _read_mappings(self, document: Document, number: int) -> None:
        for index in range(number):
            at: Path = ("mappings", index)
            if len(self.mappings) >= MAPPINGS_MAX:
                self._wrong(document, at, f"more than {MAPPINGS_MAX}")
                return
            given, problems = shape(document, schema.LabelTable, at)
            self.problems += problems
            if given is None:
                continue
            self._check_name(document, given.name, (*at, "name"))
            if not given.match:
                self._wrong(document, (*at, "match"), "name at least one column to compare")
                continue
            content = self._beside(document, given.file)
            if isinstance(content, str):
                self._wrong(document, (*at, "file"), f"{given.file}: {content}")
                continue
            folder, slash, _ = document.name.rpartition("/")
            where = f"{folder}{slash}{given.file}"
            table, problems = read_table(content, where, given.match, given.add)
            self.problems += problems
            self.tables.append(hashlib.sha256(content).hexdigest())
            self.mappings.append(LabelMapping(given.name, table, where))

    def _beside(self, document: Document, name: str) -> bytes | str:
        if self._context.beside is None:
            return "no file can be read here"
        return self._context.beside(document.name, name)

    def _check_name(self, document: Document, name: str, at: Path) -> None:
        for problem in self._names.problems(str(at[0]), name, document.where(at)):
            self._wrong(document, at, problem)

    def _refer(
        self,
        document: Document,
        at: Path,
        name: str | None,
        known: Collection[str],
        *,
        warning: bool = False,
    ) -> bool:
        if name is None or name in known:
            return name is not None
        self._wrong(document, at, none_of(name, frozenset(known)), warning=warning)
        return False

    def _check_set(self, document: Document, rule: Rule, at: Path) -> None:
        given, here = rule.set, (*at, "set")
        context = self._context
        self._refer(document, (*here, "policy"), given.policy, context.policies)
        for name, known in (("service", context.services), ("team", context.teams)):
            template = getattr(given, name)
            if known and template is not None and template.constant is not None:
                self._refer(document, (*here, name), template.constant, known, warning=True)
        self._check_labels(document, given, here)
        runbook = None if given.runbook is None else given.runbook.constant
        if runbook is not None and not is_link(runbook):
            message = f"expected an http or https address, got {quoted(runbook)}"
            self._wrong(document, (*here, "runbook"), message)

    def _check_labels(self, document: Document, given: Set, here: Path) -> None:
        if given.group_by == ():
            self._wrong(document, (*here, "group_by"), "an empty list; name at least one label")
        for index, name in enumerate(given.group_by or ()):
            if not name.strip():
                self._wrong(document, (*here, "group_by", index), UNNAMED)
        for name in given.labels:
            if not name.strip():
                self._wrong(document, (*here, "labels", name), UNNAMED)

    def _check_together(self, document: Document, rule: Rule, at: Path) -> None:
        """It does something; what is expected is so at every hour, only its source may matter."""
        sets = rule.set != Set() or rule.across_sources is not None
        if not sets and not rule.stop and rule.expect is None:
            self._wrong(document, at, "the rule sets nothing and does not stop", warning=True)
        if rule.expect is not None and rule.name.endswith("}"):
            message = "the name of a rule with expect does not end in }: its value sets do"
            self._wrong(document, (*at, "name"), message)
        for name in ("during", "outside", "starts_within", "cel"):
            if rule.expect is not None and getattr(rule.when, name, None) is not None:
                message = f"{name} does not go with expect, which counts at every hour"
                self._wrong(document, (*at, "when", name), message)

    def _conditions(self, document: Document, when: When, at: Path) -> tuple[Condition, ...]:
        found: list[Condition] = []
        if when.source is not None:
            names = (when.source,) if isinstance(when.source, str) else when.source
            if not names:
                self._wrong(document, (*at, "source"), "an empty list; name at least one source")
            for index, name in enumerate(names):
                place: Path = (*at, "source")
                place = place if isinstance(when.source, str) else (*place, index)
                self._refer(document, place, name, self._context.sources)
            found.append(FromSource(frozenset(names)))
        for key, kind in (("during", During), ("outside", Outside)):
            name = getattr(when, key)
            if self._refer(document, (*at, key), name, self._context.calendars):
                found.append(kind(self._context.calendars[name]))
        if when.starts_within is not None:
            found.append(StartsWithin(when.starts_within))
        if when.cel is not None:
            found.append(Cel(when.cel))  # last: it costs the most
        return tuple(found)
