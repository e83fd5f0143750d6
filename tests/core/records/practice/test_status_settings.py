from tests.core.practice.status_desk import PAGE


def test_components_are_found_by_key_and_by_service() -> None:
    assert PAGE.component("search") is PAGE.components[1]
    assert PAGE.component("chekout") is None
    assert PAGE.of_service("checkout") == PAGE.components[:1]
    assert PAGE.of_service(None) == ()
