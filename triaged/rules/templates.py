"""Templates of rules: Jinja's syntax, cut down to what cannot loop, compute or fail.

Look-ups (`labels.service`, `labels["a b"]`, `annotations.summary`, `alert.url`, `source`), texts,
filters, `x if y else z`, `~` and `or`. What is missing is the empty text. Text of senders is only
ever data: `{{ 7*7 }}` in a label comes out as it went in.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jinja2
import msgspec
from jinja2 import nodes

OUTPUT_MAX = 500
"""Characters; a title that is longer is read by nobody."""

TEXT_MAX = 4096
"""Characters of a template: the parser recurses, so what it gets is bounded."""

ALERT_FIELDS = ("fingerprint", "url", "starts_at")
NAMES = ("labels", "annotations", "alert", "source")


class Data(msgspec.Struct, frozen=True):
    """What a template reads."""

    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    alert: Mapping[str, str]
    source: str


Render = Callable[[Data], str]
FILTERS: Mapping[str, tuple[Callable[..., str], int]] = {
    "default": (lambda text, other="": text or other, 1),
    "lower": (str.lower, 0),
    "upper": (str.upper, 0),
    "title": (str.title, 0),
    "trim": (str.strip, 0),
    "first_line": (lambda text: text.strip().partition("\n")[0], 0),
    "replace": (lambda text, old, new: text.replace(old, new) if old else text, 2),
    "truncate": (lambda text, length: text[: max(int(length or 0), 0)], 1),
}
"""Name → (what it does, how many texts it takes besides)."""

_parse = jinja2.Environment(autoescape=False).parse  # noqa: S701 - plain text, and never rendered by Jinja


class Template(msgspec.Struct, frozen=True):
    """A compiled template; `text` is how the operator wrote it."""

    text: str
    render_parts: tuple[Render, ...]
    is_constant: bool

    def render(self, data: Data) -> str:
        """The text for an alert, at most `OUTPUT_MAX` characters."""
        return "".join(part(data) for part in self.render_parts)[:OUTPUT_MAX]


def compile_template(text: str) -> Template:
    """Compile `text`; ValueError says which part is not allowed, and what is."""
    if len(text) > TEXT_MAX:
        raise ValueError(f"a template may have {TEXT_MAX} characters, not {len(text)}")
    try:
        tree = _parse(text)
        parts = [part for node in tree.body for part in _statement(node)]
    except jinja2.TemplateSyntaxError as error:
        raise ValueError(f"not a template: {error.message} (line {error.lineno})") from None
    except RecursionError:
        raise ValueError("the template nests too deep") from None
    return Template(text, tuple(parts), "{{" not in text and "{%" not in text)


def _statement(node: nodes.Node) -> Sequence[Render]:
    if not isinstance(node, nodes.Output):
        raise _refused(node)
    return [_expression(part) for part in node.nodes]


def _refused(node: nodes.Node) -> ValueError:
    what = type(node).__name__.lower()
    return ValueError(
        f"line {node.lineno}: `{what}` is not allowed in a template; look-ups, texts, filters, "
        "`x if y else z`, `or` and `~` are"
    )


def _expression(node: nodes.Node) -> Render:
    match node:
        case nodes.TemplateData(data=text) | nodes.Const(value=str(text)):
            return lambda _: text
        case nodes.Const(value=int(number)) if not isinstance(number, bool):
            return lambda _: str(number)
        case nodes.Name(name="source"):
            return lambda data: data.source
        case nodes.Getattr(node=nodes.Name(name=holder), attr=key):
            return _look_up(node, holder, key)
        case nodes.Getitem(node=nodes.Name(name=holder), arg=nodes.Const(value=str(key))):
            return _look_up(node, holder, key)
        case nodes.Filter():
            return _filter(node)
        case nodes.CondExpr(test=test, expr1=yes, expr2=no):
            return _choice(_condition(test), _expression(yes), no and _expression(no))
        case nodes.Or(left=left, right=right):
            return _either(_expression(left), _expression(right))
        case nodes.Concat(nodes=parts):
            rendered = [_expression(part) for part in parts]
            return lambda data: "".join(part(data) for part in rendered)
        case nodes.Name(name=name):
            raise ValueError(f"line {node.lineno}: {name!r} is none of {', '.join(NAMES)}")
        case _:
            raise _refused(node)


def _look_up(node: nodes.Node, holder: str, key: str) -> Render:
    match holder:
        case "labels":
            return lambda data: data.labels.get(key, "")
        case "annotations":
            return lambda data: data.annotations.get(key, "")
        case "alert" if key in ALERT_FIELDS:
            return lambda data: data.alert.get(key, "")
        case "alert":
            raise ValueError(f"line {node.lineno}: alert has {', '.join(ALERT_FIELDS)}, no {key}")
        case _:
            raise ValueError(f"line {node.lineno}: {holder!r} is none of {', '.join(NAMES)}")


def _filter(node: nodes.Filter) -> Render:
    known = FILTERS.get(node.name)
    if known is None or node.node is None:
        raise ValueError(f"line {node.lineno}: no filter {node.name!r}; {', '.join(FILTERS)} are")
    apply, wanted = known
    if len(node.args) != wanted or node.kwargs or node.dyn_args or node.dyn_kwargs:
        raise ValueError(f"line {node.lineno}: {node.name} takes {wanted} arguments")
    if node.name == "truncate" and not _is_length(node.args[0]):
        raise ValueError(f"line {node.lineno}: truncate takes a number of characters")
    inner = _expression(node.node)
    arguments = [_expression(argument) for argument in node.args]
    return lambda data: apply(inner(data), *(argument(data) for argument in arguments))


def _is_length(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Const) and isinstance(node.value, int) and node.value >= 0


def _condition(node: nodes.Node) -> Callable[[Data], bool]:
    match node:
        case nodes.Compare(expr=left, ops=[nodes.Operand(op="eq" | "ne" as op, expr=right)]):
            one, other = _expression(left), _expression(right)
            return lambda data: (one(data) == other(data)) is (op == "eq")
        case nodes.Not(node=inner):
            negated = _condition(inner)
            return lambda data: not negated(data)
        case _:
            truth = _expression(node)
            return lambda data: bool(truth(data))


def _choice(test: Callable[[Data], bool], yes: Render, no: Any) -> Render:  # noqa: ANN401 - a Render, or None for no `else`
    return lambda data: yes(data) if test(data) else no(data) if no else ""


def _either(left: Render, right: Render) -> Render:
    return lambda data: left(data) or right(data)
