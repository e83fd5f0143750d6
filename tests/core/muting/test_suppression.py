"""Alerts that mute one another: one of each cycle is not muted."""

from triaged.core.muting.muters import Muters, Mutes
from triaged.core.muting.suppression import AlertId, Firing, Suppressor
from triaged.core.records.matching import Matcher


def is_(name: str, value: str) -> Matcher:
    return Matcher(name, "=", value)


def ring(names: str, firing: dict[str, int]) -> list[str]:
    """Which alerts are not muted, where each of `names` mutes the next, the last the first."""
    muters = Muters(
        tuple(
            Suppressor(f"{one}-{other}", (is_("n", one),), (is_("n", other),))
            for one, other in zip(names, names[1:] + names[0], strict=True)
        )
    )
    inhibiting: dict[AlertId, Firing] = {
        ("am", name): Firing({"n": name}, starts_at) for name, starts_at in firing.items()
    }
    mutes = Mutes(muters, [], inhibiting, 0)
    return [name for name in firing if not mutes.causes(("am", name), {"n": name})]


def test_of_alerts_that_mute_one_another_the_first_is_not_muted() -> None:
    assert ring("ab", {"a": 2, "b": 1}) == ["b"]
    assert ring("ab", {"a": 1, "b": 1}) == ["a"]
    assert ring("abcd", {"a": 4, "b": 3, "c": 1, "d": 2}) == ["c"]
    assert ring("abcd", {"a": 4, "b": 3, "c": 1}) == ["a"]


def test_what_something_outside_of_the_cycle_mutes_is_muted() -> None:
    both = (
        Suppressor("ab", (is_("n", "a"),), (is_("n", "b"),)),
        Suppressor("ba", (is_("n", "b"),), (is_("n", "a"),)),
        Suppressor("xa", (is_("n", "x"),), (is_("n", "a"),)),
    )
    inhibiting: dict[AlertId, Firing] = {("am", n): Firing({"n": n}) for n in "abx"}
    mutes = Mutes(Muters(both), [], inhibiting, 0)

    assert [str(cause) for cause in mutes.causes(("am", "a"), {"n": "a"})] == ["suppress:xa"]
    assert mutes.causes(("am", "b"), {"n": "b"})


def test_ten_thousand_alerts_that_mute_one_another_are_few_edges() -> None:
    one = Suppressor("one", (is_("n", "a"),), (is_("n", "b"),))
    other = Suppressor("other", (is_("n", "b"),), (is_("n", "a"),))
    inhibiting: dict[AlertId, Firing] = {
        ("am", str(i)): Firing({"n": "ab"[i % 2]}, i) for i in range(10_000)
    }
    mutes = Mutes(Muters((one, other)), [], inhibiting, 0)

    assert not mutes.causes(("am", "0"), {"n": "a"})
    assert mutes.causes(("am", "2"), {"n": "a"})
    assert mutes.causes(("am", "9999"), {"n": "b"})
