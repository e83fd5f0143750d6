"""What a service stands on."""

from triaged.core.dependencies import SERVICES_MAX, closure
from triaged.core.settings import Service

SERVICES = {
    "shop": Service("shop", depends_on=("checkout", "search")),
    "checkout": Service("checkout", depends_on=("postgres", "payments")),
    "payments": Service("payments", depends_on=("postgres", "shop")),
    "postgres": Service("postgres"),
}


def test_what_is_needed_is_found_however_far_nearest_first() -> None:
    assert closure(SERVICES, "shop") == {
        "shop": 0,
        "checkout": 1,
        "search": 1,
        "postgres": 2,
        "payments": 2,
    }


def test_a_circle_ends() -> None:
    assert closure(SERVICES, "payments")["shop"] == 1


def test_an_unknown_service_is_itself() -> None:
    assert closure(SERVICES, "other") == {"other": 0}


def test_a_great_many_are_cut() -> None:
    many = {"a": Service("a", depends_on=tuple(map(str, range(999))))}

    assert len(closure(many, "a")) == SERVICES_MAX
