from triaged.core.records.plans import Target


def test_a_target_prints_as_it_is_written() -> None:
    assert str(Target("schedule", "primary")) == "schedule:primary"
