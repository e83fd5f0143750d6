from hypothesis import given
from hypothesis import strategies as st

from triaged.core.records.expectations import expected_rule, key_of, values_of, with_values

NAMES = st.text(st.characters(exclude_categories=["Cs"])).filter(lambda name: name[-1:] != "}")
VALUES = st.dictionaries(
    st.text("abc_.-", min_size=1), st.text(st.characters(exclude_categories=["Cs"])), max_size=3
)


def test_a_rule_and_a_source_of_one_name_have_incidents_of_their_own() -> None:
    assert key_of("rule:prometheus") == (("expect", "prometheus"),)
    assert key_of("source:prometheus") == (("silent_source", "prometheus"),)


def test_a_value_set_has_an_incident_of_its_own() -> None:
    name = with_values("rule:watchdog", [("cluster", "eu1"), ("region", 'a "b"')])

    assert name == 'rule:watchdog{cluster="eu1",region="a \\"b\\""}'
    assert key_of(name) == (("expect", "watchdog"), ("cluster", "eu1"), ("region", 'a "b"'))


@given(NAMES, VALUES)
def test_names_and_keys_lead_back_to_each_other(rule: str, values: dict[str, str]) -> None:
    name = with_values(f"rule:{rule}", values.items())

    assert values_of(name) == (f"rule:{rule}", tuple(values.items()))
    assert expected_rule(key_of(name)) == name
