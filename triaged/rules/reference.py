"""Sections of the rule reference besides the tables of keys, as Markdown made from the code."""

from triaged.rules.actions import DEFAULT_GROUP_BY
from triaged.rules.evaluate import TITLE_MAX
from triaged.rules.matchers import LIST_MAX, MATCHERS_MAX, PATTERN_BYTES_MAX
from triaged.rules.templates import ALERT_FIELDS, FILTERS, NAMES, OUTPUT_MAX, TEXT_MAX

MATCHERS = f"""\
## Matchers

As Alertmanager writes them: one text or a list, each text one matcher or several with commas
between them, in braces or not. All must hold, at most {MATCHERS_MAX} a text and {LIST_MAX} texts
a list; a label that is absent is the empty text. They see the labels as the sender sent them, and
those that `extract` found.

| matcher | holds when the label |
| --- | --- |
| `name="value"` | is equal |
| `name!="value"` | differs, or is absent |
| `name=~"pattern"` | matches the whole pattern: RE2, anchored at both ends |
| `name!~"pattern"` | does not match the whole pattern |

Values stand in double quotes, with the escapes `\\\\`, `\\"` and `\\n`, or bare; a bare value
begins with no `=`, `~` or other quote. A name with other characters than letters, digits, `_` and
`:` stands in double quotes, too; then Go's escapes count. Patterns have at most {PATTERN_BYTES_MAX}
bytes; `.` matches no line end; `(?i)` at the beginning ignores case.
"""

OUTCOME = f"""\
## What comes of an alert

1. Of the rules that match, up to the first with `stop`, each attribute takes the value of the first
   that sets it. `labels` are merged: of two rules that set a label, the first decides.
2. `labels`, then `service` and `team`, are laid over the sender's labels. Their templates read the
   labels as matchers see them. An empty label is taken away; an empty service or team says nothing,
   and the label of that name stands. The severity is no label: the label `severity` stays as it was
   sent.
3. `group_by`, `title` and `runbook` read what came of that. The incident's key is those labels of
   `group_by` (`{" ".join(DEFAULT_GROUP_BY)}`) that are present; if none is, the fingerprint.
4. Without a `title` it is the annotation `summary`, else `title`, `message`, the first line of
   `description`, else the label `alertname` and the rest of the key; without that, the most
   telling labels. It has at most {TITLE_MAX} characters and no control characters. Without a
   `runbook` it is the annotation `runbook_url`. Anything but an http or https address is no
   runbook.
5. What Grafana says of an alert in the annotation `grafana_state_reason` is a label of that name,
   and stands before the title. `DatasourceNoData` and `DatasourceError` have `rulename` in the key,
   or `datasource_uid` where the data source is not reached, unless a rule sets `group_by`.
6. The label `test_message` is there on what the test buttons of Grafana and Uptime Kuma send: it
   opens no incident unless a rule sets `incident: true`.
"""

TEMPLATES = f"""\
## Templates

Jinja's syntax without loops, calls and arithmetic: between `{{{{` and `}}}}` stand look-ups, texts,
numbers, filters, `or`, `and`, `x if y else z` (where `y` may also hold `==`, `!=` and `not`), and
`~`, which puts texts together. What is missing is the empty text. A template has at most {TEXT_MAX}
characters, its output {OUTPUT_MAX}. What senders sent is never read as a template.
"""


def markdown() -> str:
    """The sections that follow the tables of keys: matchers, what comes of an alert, templates."""
    names = ", ".join(f"`{name}`" for name in NAMES)
    fields = ", ".join(f"`alert.{name}`" for name in ALERT_FIELDS)
    filters = "\n".join(
        f"| `{name}` | {each.arguments} | {each.about} |" for name, each in FILTERS.items()
    )
    return (
        f"{MATCHERS}\n{OUTCOME}\n{TEMPLATES}\nNames: {names}.\nFields of the alert: {fields}.\n\n"
        f"| filter | arguments | gives the text |\n| --- | --- | --- |\n{filters}\n"
    )
