from triaged.core.lifecycle import TRANSITIONS, Condition
from triaged.core.text.lifecycle import condition_table, diagram


def test_the_diagram_draws_each_line_of_the_table() -> None:
    drawn = diagram().splitlines()

    lines = sum(len(verbs) for verbs in TRANSITIONS.values())
    finals = sum(not verbs for verbs in TRANSITIONS.values())
    assert len(drawn) == 2 + lines + finals
    assert "    open --> acknowledged: acknowledge" in drawn


def test_the_table_names_every_condition() -> None:
    table = condition_table()

    assert all(f"| `{condition}` |" in table for condition in Condition)
