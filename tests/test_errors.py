from triaged.errors import ConfigurationError, Malformed, Problem, StoreMismatch, TriagedError


def test_a_problem_says_where_first() -> None:
    assert str(Problem("config.yaml:3:1", "unknown key")) == "config.yaml:3:1: unknown key"
    assert str(Problem("", "the file is empty")) == "the file is empty"


def test_a_configuration_error_lists_every_problem() -> None:
    error = ConfigurationError([Problem("a:1:1", "x"), Problem("a:2:1", "y")])

    assert str(error) == "a:1:1: x\na:2:1: y"
    assert len(error.problems) == 2


def test_a_malformed_input_names_its_reason() -> None:
    error = Malformed("not_json", "not JSON at byte 3", "$.alerts")

    assert (error.reason, str(error)) == ("not_json", "$.alerts: not JSON at byte 3")


def test_there_is_one_root() -> None:
    assert all(issubclass(kind, TriagedError) for kind in (Malformed, StoreMismatch))
