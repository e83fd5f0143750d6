"""Templates of rules: Jinja's syntax, cut down to what cannot loop, compute or fail.

Look-ups (`labels.service`, `labels["a b"]`, `annotations.summary`, `alert.url`, `source`), texts,
filters, `x if y else z`, `~`, `or` and `and`. What is missing is the empty text. Text of senders is
only ever data: `{{ 7*7 }}` in a label comes out as it went in.
"""

from collections.abc import Callable, Mapping, Sequence

import jinja2
import msgspec
from jinja2 import nodes

from triaged.core.records.model import Alert
from triaged.wire import instant_text
from triaged.yamlschema.values import none_of

OUTPUT_MAX = 500
"""Characters; a title that is longer is read by nobody."""

TEXT_MAX = 4096
"""Characters of a template: the parser recurses, so what it gets is bounded."""

DEPTH_MAX = 64
"""Deepest nesting of a template: rendering recurses, and must not fail where compiling did not."""

REPLACE_MAX = 4096
"""Characters that `replace` reads and gives: twice a text in itself is a megabyte's million."""

NAMES = ("labels", "annotations", "alert", "source")


class Data(msgspec.Struct, frozen=True):
    """Values that a template reads."""

    labels: Mapping[str, str]
    alert: Alert


class Filter(msgspec.Struct, frozen=True):
    """A filter: what it does, how many texts it takes besides, how the reference explains it."""

    apply: Callable[..., str]
    arguments: int
    about: str


def _replace(text: str, old: str, new: str) -> str:
    return text[:REPLACE_MAX].replace(old, new[:OUTPUT_MAX])[:REPLACE_MAX] if old else text


def _starts_at(alert: Alert) -> str:
    return "" if alert.starts_at is None else instant_text(alert.starts_at)


Render = Callable[[Data], str]
ALERT_FIELDS: Mapping[str, Callable[[Alert], str]] = {
    "fingerprint": lambda alert: alert.fingerprint,
    "url": lambda alert: alert.url,
    "starts_at": _starts_at,
}
FILTERS: Mapping[str, Filter] = {
    "default": Filter(lambda text, other: text or other, 1, "another text where there is none"),
    "lower": Filter(str.lower, 0, "in lower case"),
    "upper": Filter(str.upper, 0, "in upper case"),
    "title": Filter(str.title, 0, "each word with a capital"),
    "trim": Filter(str.strip, 0, "without white space around it"),
    "first_line": Filter(lambda text: text.strip().partition("\n")[0], 0, "its first line"),
    "replace": Filter(_replace, 2, "with one text in place of another"),
    "truncate": Filter(lambda text, length: text[: int(length)], 1, "its first characters"),
}

_parse = jinja2.Environment(autoescape=False).parse  # noqa: S701 - plain text, and never rendered by Jinja


class Template(msgspec.Struct, frozen=True):
    """A compiled template; `text` is how the operator wrote it."""

    text: str
    parts: tuple[Render, ...]
    constant: str | None
    """The text that it gives for every alert; None: it depends on the alert."""

    def render(self, data: Data) -> str:
        """The text for an alert, at most `OUTPUT_MAX` characters."""
        if self.constant is not None:
            return self.constant
        return "".join([part(data) for part in self.parts])[:OUTPUT_MAX]


def compile_template(text: str) -> Template:
    """Compile `text`; ValueError says which part is not allowed, and what is."""
    if len(text) > TEXT_MAX:
        raise ValueError(f"a template may have {TEXT_MAX} characters, not {len(text)}")
    if "{" not in text:
        return Template(text, (), text[:OUTPUT_MAX])
    try:
        tree = _parse(text)
    except jinja2.TemplateSyntaxError as error:
        raise ValueError(f"not a template: {error.message} (line {error.lineno})") from None
    except RecursionError:
        raise ValueError("the template nests too deep") from None
    _check_depth(tree)
    given = [part for node in tree.body for part in _output(node)]
    plain = [part.data for part in given if isinstance(part, nodes.TemplateData)]
    constant = "".join(plain)[:OUTPUT_MAX] if len(plain) == len(given) else None
    return Template(text, tuple(map(_expression, given)), constant)


def _check_depth(tree: nodes.Node) -> None:
    level: list[nodes.Node] = [tree]
    for _ in range(DEPTH_MAX):
        if not level:
            return
        level = [below for node in level for below in node.iter_child_nodes()]
    if level:
        raise ValueError(f"line {level[0].lineno}: the template nests deeper than {DEPTH_MAX}")


def _output(node: nodes.Node) -> Sequence[nodes.Node]:
    if not isinstance(node, nodes.Output):
        raise _refused(node)
    return node.nodes


def _refused(node: nodes.Node) -> ValueError:
    what = type(node).__name__.lower()
    return ValueError(
        f"line {node.lineno}: `{what}` is not allowed in a template; look-ups, texts, filters, "
        "`x if y else z`, `or`, `and` and `~` are"
    )


def _expression(node: nodes.Node) -> Render:
    match node:
        case nodes.TemplateData(data=text) | nodes.Const(value=str(text)):
            return lambda _: text
        case nodes.Const(value=int(number)) if not isinstance(number, bool):
            text = str(number)
            return lambda _: text
        case nodes.Name(name="source"):
            return lambda data: data.alert.source
        case nodes.Getattr(node=nodes.Name(name=holder), attr=key):
            return _look_up(node, holder, key)
        case nodes.Getitem(node=nodes.Name(name=holder), arg=nodes.Const(value=str(key))):
            return _look_up(node, holder, key)
        case nodes.Filter():
            return _filter(node)
        case nodes.CondExpr():
            return _choice(node)
        case nodes.Or(left=left, right=right):
            return _either(_expression(left), _expression(right))
        case nodes.And(left=left, right=right):
            return _both(_expression(left), _expression(right))
        case nodes.Concat(nodes=parts):
            rendered = [_expression(part) for part in parts]
            return lambda data: "".join([part(data) for part in rendered])
        case nodes.Name(name=name) if name not in NAMES:
            raise ValueError(f"line {node.lineno}: {none_of(name, NAMES)}")
        case nodes.Name(name=name):
            raise ValueError(f"line {node.lineno}: {name} is a map: name one of its keys")
        case _:
            raise _refused(node)


def _look_up(node: nodes.Node, holder: str, key: str) -> Render:
    match holder:
        case "labels":
            return lambda data: data.labels.get(key, "")
        case "annotations":
            return lambda data: data.alert.annotations.get(key, "")
        case "alert" if key in ALERT_FIELDS:
            field = ALERT_FIELDS[key]
            return lambda data: field(data.alert)
        case "alert":
            raise ValueError(f"line {node.lineno}: alert.{none_of(key, list(ALERT_FIELDS))}")
        case _:
            raise ValueError(f"line {node.lineno}: {none_of(holder, NAMES)}")


def _filter(node: nodes.Filter) -> Render:
    known = FILTERS.get(node.name)
    if known is None or node.node is None:
        raise ValueError(f"line {node.lineno}: the filter {none_of(node.name, list(FILTERS))}")
    if len(node.args) != known.arguments or node.kwargs or node.dyn_args or node.dyn_kwargs:
        raise ValueError(f"line {node.lineno}: {node.name} takes {known.arguments} arguments")
    if node.name == "truncate" and not _is_length(node.args[0]):
        raise ValueError(f"line {node.lineno}: truncate takes a number of characters")
    apply, inner = known.apply, _expression(node.node)
    arguments = [_expression(argument) for argument in node.args]
    if not arguments:
        return lambda data: apply(inner(data))
    return lambda data: apply(inner(data), *[argument(data) for argument in arguments])


def _is_length(node: nodes.Node) -> bool:
    """True if it is a number that cuts: one below zero would count from the end."""
    if not isinstance(node, nodes.Const) or isinstance(node.value, bool):
        return False
    return isinstance(node.value, int) and 0 <= node.value <= TEXT_MAX


def _condition(node: nodes.Node) -> Callable[[Data], bool]:
    match node:
        case nodes.Compare(expr=left, ops=[nodes.Operand(op="eq" | "ne" as op, expr=right)]):
            one, other = _expression(left), _expression(right)
            return lambda data: (one(data) == other(data)) is (op == "eq")
        case nodes.Not(node=inner):
            negated = _condition(inner)
            return lambda data: not negated(data)
        case nodes.And(left=left, right=right):
            first, second = _condition(left), _condition(right)
            return lambda data: first(data) and second(data)
        case nodes.Or(left=left, right=right):
            this, that = _condition(left), _condition(right)
            return lambda data: this(data) or that(data)
        case _:
            truth = _expression(node)
            return lambda data: bool(truth(data))


def _choice(node: nodes.CondExpr) -> Render:
    test, yes = _condition(node.test), _expression(node.expr1)
    if node.expr2 is None:
        return lambda data: yes(data) if test(data) else ""
    no = _expression(node.expr2)
    return lambda data: yes(data) if test(data) else no(data)


def _either(left: Render, right: Render) -> Render:
    return lambda data: left(data) or right(data)


def _both(left: Render, right: Render) -> Render:
    return lambda data: left(data) and right(data)
