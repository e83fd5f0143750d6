from msgspec.structs import replace

from tests.core.world import World
from triaged.core.muting.silences import problems, state_of
from triaged.core.records.answers import Silenced, Unknown
from triaged.core.records.events import SilenceExpired, SilenceLooked, SilenceSet
from triaged.core.records.matching import Matcher
from triaged.core.records.silences import Silence
from triaged.core.time.durations import HOUR, SECOND

POD_A = (Matcher("pod", "=", "a"),)


def wish(world: World, seconds: float = 600, start: float = 0, **changes: object) -> SilenceSet:
    """A silence of pod a, from so many seconds from now on."""
    starts_at = world.now + int(start * SECOND)
    made = SilenceSet("s1", POD_A, starts_at, starts_at + int(seconds * SECOND), "bob", "patching")
    return replace(made, **changes)


def silence(world: World, identity: str = "s1") -> Silence:
    return world.view.silences[identity]


def test_a_silence_mutes_what_is_open_and_what_opens() -> None:
    world = World()
    world.fires(pod="a", severity="SEV-1")
    world.run(60)

    answer = world.handle(wish(world))
    world.run(0)
    world.fires(alertname="Slow", pod="a", severity="SEV-1")
    world.run(599)

    assert answer == Silenced("s1")
    assert world.view.incidents[1].held_by == ("silence:s1",)
    assert world.view.incidents[2].held_by == ("silence:s1",)
    assert [at for at, _ in world.pages()] == [0, 0]
    assert "incident.muted" in world.kinds(1)
    world.run(1)
    assert "incident.unmuted" in world.kinds(1)
    assert [at for at, _ in world.pages()[2:]] == [660] * 4


def test_a_silence_that_is_ended_early_arms_at_once() -> None:
    world = World()
    world.handle(wish(world))
    world.fires(pod="a", severity="SEV-1")
    world.run(100)

    world.handle(SilenceExpired("s1", "bob"))
    world.deliver()

    assert [at for at, _ in world.pages()] == [100, 100]
    assert state_of(silence(world), world.now) == "expired"


def test_ending_a_silence_twice_is_no_error_and_an_unknown_one_is_unknown() -> None:
    world = World()
    world.handle(wish(world))
    world.handle(SilenceExpired("s1", "bob"))
    before = silence(world)

    assert world.handle(SilenceExpired("s1", "bob")) == Silenced("s1")
    assert silence(world) == before
    assert isinstance(world.handle(SilenceExpired("none", "bob")), Unknown)


def test_a_silence_that_begins_later_mutes_what_is_open_then() -> None:
    world = World()
    world.fires(pod="a", severity="SEV-1")
    world.handle(wish(world, start=100))

    world.run(99)
    assert not world.incident.held_by
    world.run(1)

    assert world.incident.held_by == ("silence:s1",)


def test_a_pending_silence_that_is_ended_never_was() -> None:
    world = World()
    world.handle(wish(world, start=100))

    world.handle(SilenceExpired("s1", "bob"))

    assert (silence(world).starts_at, silence(world).ends_at) == (world.now, world.now)


def test_times_and_comment_change_in_place() -> None:
    world = World()
    world.handle(wish(world))
    world.run(60)

    longer = wish(world, 1200, start=-60, new_id="s2", id="s1", comment="takes longer")
    answer = world.handle(longer)

    assert answer == Silenced("s1")
    assert silence(world).comment == "takes longer"
    assert silence(world).ends_at == world.start + 1200 * SECOND
    assert silence(world).starts_at == world.start


def test_other_matchers_or_an_expired_silence_make_a_new_one() -> None:
    world = World()
    world.handle(wish(world))
    world.run(60)

    other = wish(world, new_id="s2", id="s1", matchers=(Matcher("pod", "=", "b"),))
    answer = world.handle(other)
    again = world.handle(wish(world, new_id="s3", id="s1"))

    assert (answer, again) == (Silenced("s2"), Silenced("s3"))
    assert state_of(silence(world), world.now) == "expired"
    assert silence(world, "s2").starts_at == world.now


def test_changing_an_unknown_silence_is_unknown() -> None:
    world = World()

    assert isinstance(world.handle(wish(world, id="none")), Unknown)
    assert world.view.silences == {}


def test_a_start_in_the_past_is_now() -> None:
    world = World()

    world.handle(wish(world, start=-100))

    assert silence(world).starts_at == world.now


def test_a_silence_that_expires_when_clear_waits_for_something_first() -> None:
    world = World()
    world.handle(wish(world, expire_when_clear=True))

    world.handle(SilenceLooked("s1", met=False))
    assert silence(world).active(world.now)
    world.handle(SilenceLooked("s1", met=True))
    assert silence(world).met
    world.handle(SilenceLooked("s1", met=False))

    assert not silence(world).active(world.now)


def test_a_silence_that_does_not_expire_when_clear_stays() -> None:
    world = World()
    world.handle(replace(wish(world), expire_when_clear=False))

    world.handle(SilenceLooked("s1", met=True))
    world.handle(SilenceLooked("s1", met=False))

    assert silence(world).active(world.now)


def test_what_cannot_be_silenced_is_said_all_at_once() -> None:
    world = World()
    everything = (Matcher("a", "=~", ".*"), Matcher("b", "!=", "x"))
    bad = wish(world, 3 * 3600, matchers=everything, by=" ", comment="")

    found = [(each.where, each.message) for each in problems(bad, HOUR, world.now)]

    assert [where for where, _ in found] == [
        "$.matchers",
        "$.ends_at",
        "$.created_by",
        "$.comment",
    ]
    assert "silence everything" in found[0][1]
    assert "longer than 1h" in found[1][1]


def test_times_that_make_no_sense_are_refused() -> None:
    world = World()

    past = problems(wish(world, 10, start=-20), HOUR, world.now)
    backwards = problems(wish(world, -10), HOUR, world.now)
    nothing = problems(wish(world, matchers=()), HOUR, world.now)

    assert [each.message for each in past] == ["the end is in the past"]
    assert [each.message for each in backwards] == ["a silence must end after it starts"]
    assert [each.where for each in nothing] == ["$.matchers"]
    assert problems(wish(world), HOUR, world.now) == []


def test_what_is_too_long_or_too_far_off_is_refused() -> None:
    world = World()
    long = (Matcher("a", "=", "x" * 2000),)

    far = problems(wish(world, 60, start=400 * 86_400), HOUR, world.now)
    large = problems(wish(world, matchers=long, by="b" * 201), HOUR, world.now)
    many = problems(wish(world, matchers=POD_A * 65), HOUR, world.now)

    assert [each.where for each in far] == ["$.starts_at"]
    assert [each.where for each in large] == ["$.matchers", "$.created_by"]
    assert [each.message for each in many] == ["more than 64 matchers"]
