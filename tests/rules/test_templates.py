import pytest

from triaged.core.records.model import Alert
from triaged.rules.templates import DEPTH_MAX, OUTPUT_MAX, Data, compile_template

LABELS = {"service": "checkout", "cluster": "C1", "a b": "spaced", "evil": "{{ 7*7 }}"}
ALERT = Alert("am", "f00", True, {}, {"summary": "Line one\nline two"}, starts_at=0)
DATA = Data(LABELS, ALERT)


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("plain", "plain"),
        ("{{ labels.service }} in {{ labels.cluster }}", "checkout in C1"),
        ('{{ labels["a b"] }}', "spaced"),
        ("{{ labels.missing }}", ""),
        ("{{ labels.missing | default('none') }}", "none"),
        ("{{ labels.missing or labels.service }}", "checkout"),
        ("{{ labels.cluster | lower }}", "c1"),
        ("{{ labels.service | upper | truncate(3) }}", "CHE"),
        ("{{ annotations.summary | first_line }}", "Line one"),
        ("{{ 'yes' if labels.cluster == 'C1' else 'no' }}", "yes"),
        ("{{ 'yes' if not labels.missing else 'no' }}", "yes"),
        ("{{ 'x' if labels.missing }}", ""),
        ("{{ labels.service ~ '/' ~ source }}", "checkout/am"),
        ("{{ alert.fingerprint }}", "f00"),
        ("{{ alert.starts_at }}{{ alert.url }}", "1970-01-01T00:00:00.000000Z"),
        ("{{ 'x' if labels.service and labels.missing else 'y' }}", "y"),
        ("{{ 'x' if labels.service == 'checkout' or source == 'b' else 'y' }}", "x"),
        ("{{ labels.service and labels.cluster }}", "C1"),
        ("{{ labels.service | replace('check', 'log') }}", "logout"),
        ("{{ labels.evil }}", "{{ 7*7 }}"),
    ],
)
def test_what_a_template_renders(text: str, rendered: str) -> None:
    assert compile_template(text).render(DATA) == rendered


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{{ 7*7 }}", "`mul` is not allowed"),
        ("{% for x in labels %}{% endfor %}", "`for` is not allowed"),
        ("{% set x = 1 %}", "`assign` is not allowed"),
        ("{{ range(10**9) }}", "`call` is not allowed"),
        ("{{ labels.items() }}", "`call` is not allowed"),
        ("{{ labels.__class__.__mro__ }}", "`getattr` is not allowed"),
        ("{{ ''.__class__ }}", "`getattr` is not allowed"),
        ("{{ config }}", "'config' is none of labels, annotations, alert, source"),
        ("{{ alert.secret }}", "'secret' is none of fingerprint, url, starts_at"),
        ("{{ lables.x }}", "did you mean labels"),
        ("{{ labels }}", "labels is a map"),
        ("{{ labels.x.y }}", "`getattr` is not allowed"),
        ("{{ labels.x | truncate(true) }}", "a number of characters"),
        ("{{ labels.x | shell }}", "the filter 'shell' is none of default"),
        ("{{ labels.x | truncate('a') }}", "a number of characters"),
        ("{{ labels.x | default }}", "takes 1 arguments"),
        ("{{ labels.x", "not a template"),
        ("{% include 'x' %}", "`include` is not allowed"),
        ("x" * 5000, "may have 4096 characters"),
    ],
)
def test_what_could_loop_or_reach_out_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        compile_template(text)


def test_a_template_that_nests_too_deep_is_an_error_and_no_crash() -> None:
    with pytest.raises(ValueError, match=r"not a template|nests too deep|characters"):
        compile_template("{{ " + "(" * 2000 + "1" + ")" * 2000 + " }}")


@pytest.mark.parametrize("filters", [DEPTH_MAX, 650])
def test_what_would_recurse_too_deep_when_rendered_is_refused(filters: int) -> None:
    with pytest.raises(ValueError, match="nests deeper than"):
        compile_template("{{ labels.a" + "|trim" * filters + " }}")


@pytest.mark.parametrize(
    "payload",
    [
        "{{ 7*7 }}",
        "{{ config }}",
        "{% for x in range(10**9) %}{% endfor %}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{# gone #}",
        "${7*7}",
        "#{7*7}",
        "<%= 7*7 %>",
        "%(labels)s {0.__class__}",
    ],
)
def test_what_a_sender_writes_is_never_read_as_a_template(payload: str) -> None:
    data = Data({"x": payload}, Alert("am", "f", True, {}, {"summary": payload}))

    shown = compile_template("{{ labels.x }}|{{ annotations.summary | trim }}").render(data)

    assert shown == f"{payload}|{payload}"


def test_replacing_a_text_within_itself_stays_small() -> None:
    data = Data({"x": "a" * 8192}, ALERT)
    template = compile_template("{{ labels.x" + "|replace('a', labels.x)" * 50 + " }}")

    assert template.render(data) == "a" * OUTPUT_MAX


def test_output_is_bounded() -> None:
    huge = Data({"x": "y" * 10_000}, ALERT)

    assert len(compile_template("{{ labels.x }}").render(huge)) == OUTPUT_MAX


def test_a_text_without_look_ups_is_constant() -> None:
    assert compile_template("checkout").constant == "checkout"
    assert compile_template("check{# of money #}out").constant == "checkout"
    assert compile_template("{{ source }}").constant is None
