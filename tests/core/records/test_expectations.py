from triaged.core.records.expectations import key_of


def test_a_rule_and_a_source_of_one_name_have_incidents_of_their_own() -> None:
    assert key_of("rule:prometheus") == (("expect", "prometheus"),)
    assert key_of("source:prometheus") == (("silent_source", "prometheus"),)
