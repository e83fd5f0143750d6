"""Alerts read one by one."""

import pytest

from tests.ingest.cases import SOURCE
from triaged.core.records.model import Alert
from triaged.errors import Malformed
from triaged.ingest.common.elements import Element, alert_of


def test_element_gives_what_it_has() -> None:
    element = Element(b'{"A":"x","n":3,"t":"2026-01-01T00:00:00Z","nothing":null}', "$[0]")

    assert (element.text("a"), element.text("nothing"), element.text("b")) == ("x", "", "")
    assert (element.whole("n"), element.whole("a")) == (3, 0)
    assert (element.instant("t"), element.instant("nothing")) == (1_767_225_600_000_000, None)


@pytest.mark.parametrize("body", [b'{"x":1}', b'{"x":"soon"}', b'{"x":{}}'])
def test_wrong_field_is_named(body: bytes) -> None:
    with pytest.raises(Malformed, match=r"^\$\[7\]\.x: "):
        Element(body, "$[7]").instant("x")


def test_annotations_of_the_alert_come_over_extras() -> None:
    element = Element(b'{"labels":{"a":"b"},"annotations":{"url":"own"}}', "$")

    alert = alert_of(SOURCE, element, firing=True, extras={"url": "extra", "more": "1"})

    assert alert == Alert(SOURCE, alert.fingerprint, True, {"a": "b"}, {"url": "own", "more": "1"})
