from triaged.rules.reference import markdown
from triaged.rules.templates import ALERT_FIELDS, FILTERS, NAMES


def test_everything_that_a_template_may_use_is_in_the_reference() -> None:
    text = markdown()

    assert [name for name in FILTERS if f"| `{name}` |" not in text] == []
    assert [name for name in NAMES if f"`{name}`" not in text] == []
    assert [name for name in ALERT_FIELDS if f"`alert.{name}`" not in text] == []
