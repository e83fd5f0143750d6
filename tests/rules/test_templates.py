import pytest

from triaged.rules.templates import OUTPUT_MAX, Data, compile_template

DATA = Data(
    {"service": "checkout", "cluster": "C1", "a b": "spaced", "evil": "{{ 7*7 }}"},
    {"summary": "Line one\nline two"},
    {"fingerprint": "f00", "url": "http://x/", "starts_at": ""},
    "am",
)


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
        ("{{ alert.secret }}", "alert has fingerprint, url, starts_at"),
        ("{{ labels.x | shell }}", "no filter 'shell'"),
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


def test_output_is_bounded() -> None:
    huge = Data({"x": "y" * 10_000}, {}, {}, "am")

    assert len(compile_template("{{ labels.x }}").render(huge)) == OUTPUT_MAX


def test_a_text_without_look_ups_is_constant() -> None:
    assert compile_template("checkout").is_constant
    assert not compile_template("{{ source }}").is_constant
