"""One alert, several evaluating servers: one trouble is one episode, whatever they do."""

from dataclasses import dataclass, field
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triaged.core.alerts import copies
from triaged.core.alerts.copies import COPIES_MAX, Copies, Fate
from triaged.core.records.reports import Copy, Report

S = 1_000_000
T1, T2 = 100 * S, 105 * S
AHEAD = 240 * S


def fires(starts_at: int | None, at: int, sender: str = "a") -> Report:
    return Report(sender, at, starts_at, at + AHEAD)


def ends(starts_at: int | None, at: int, sender: str = "a") -> Report:
    return Report(sender, at, starts_at, at)


def play(*steps: tuple[str, Report]) -> tuple[list[Fate], Copies]:
    """The fate of each report, in order, and the copies after them."""
    held: Copies = ()
    fates = []
    for what, report in steps:
        fate, held = (copies.fired if what == "fires" else copies.ended)(held, report)
        fates.append(fate)
    return fates, held


def test_the_first_report_starts_an_episode() -> None:
    fates, held = play(("fires", fires(T1, T1)))

    assert fates == [Fate.STARTS]
    assert held == (Copy(T1, "a", T1, T1 + AHEAD),)


def test_a_pair_of_servers_is_one_episode_which_ends_when_both_have_ended() -> None:
    fates, held = play(
        ("fires", fires(T1, 110 * S, "a")),
        ("fires", fires(T2, 111 * S, "b")),
        ("ends", ends(T2, 200 * S, "b")),
        ("fires", fires(T1, 210 * S, "a")),
        ("ends", ends(T2, 220 * S, "b")),
        ("fires", fires(T1, 230 * S, "a")),
        ("ends", ends(T1, 240 * S, "a")),
    )

    assert fates == [
        Fate.STARTS,
        Fate.REPEATS,
        Fate.REPEATS,
        Fate.REPEATS,
        Fate.REPEATS,
        Fate.REPEATS,
        Fate.ENDS,
    ]
    assert not copies.fires(held)


@pytest.mark.parametrize("sender", ["a", "b"])
def test_the_start_of_a_restarted_server_is_no_new_episode(sender: str) -> None:
    fates, held = play(("fires", fires(T1, T1)), ("fires", fires(T1 + AHEAD, T1 + AHEAD, sender)))

    assert fates == [Fate.STARTS, Fate.REPEATS]
    assert copies.starts_at(held) == T1


def test_a_start_after_all_that_its_sender_announced_is_a_new_episode() -> None:
    later = T1 + AHEAD + 1

    fates, held = play(("fires", fires(T1, T1)), ("fires", fires(later, later)))

    assert fates == [Fate.STARTS, Fate.STARTS]
    assert copies.starts_at(held) == later


def test_a_copy_of_a_silent_sender_stands() -> None:
    later = T1 + AHEAD + 1

    fates, _ = play(
        ("fires", fires(T1, T1, "dead")),
        ("fires", fires(later, later, "b")),
        ("ends", ends(later, later + S, "b")),
    )

    assert fates == [Fate.STARTS, Fate.REPEATS, Fate.REPEATS]


def test_an_end_without_a_known_start_ends_the_copies_of_its_sender_alone() -> None:
    fates, held = play(
        ("fires", fires(T1, T1, "a")),
        ("fires", fires(T2, T2, "b")),
        ("ends", ends(None, T2 + S, "a")),
    )

    assert fates[-1] is Fate.REPEATS
    assert [copy.fires for copy in held] == [False, True]


def test_an_end_by_a_sender_without_copies_is_unknown() -> None:
    fates, held = play(("fires", fires(T1, T1, "a")), ("ends", ends(T2, T2, "stranger")))

    assert fates == [Fate.STARTS, Fate.UNKNOWN]
    assert copies.fires(held)


def test_a_client_that_remembers_nothing_ends_its_alert_with_a_new_start() -> None:
    fates, _ = play(("fires", fires(T1, T1)), ("ends", ends(T2, T2)))

    assert fates == [Fate.STARTS, Fate.ENDS]


def test_a_report_without_a_start_repeats_the_copy_of_its_sender() -> None:
    fates, held = play(("fires", fires(T1, T1)), ("fires", fires(None, T2)))

    assert fates == [Fate.STARTS, Fate.REPEATS]
    assert held == (Copy(T1, "a", T2, T2 + AHEAD),)


def test_a_report_that_left_before_the_end_came_is_late() -> None:
    sent = fires(T1, T1 + 60 * S)
    overtaken = Report(sent.sender, T1 + 90 * S, sent.starts_at, sent.ends_at)

    fates, _ = play(("fires", fires(T1, T1)), ("ends", ends(T1, T1 + 70 * S)), ("fires", overtaken))

    assert fates == [Fate.STARTS, Fate.ENDS, Fate.LATE]


def test_a_client_with_one_start_for_ever_begins_anew_after_an_end() -> None:
    fates, _ = play(
        ("fires", fires(T1, T1)), ("ends", ends(T1, T2)), ("fires", fires(T1, T2 + 30 * S))
    )

    assert fates == [Fate.STARTS, Fate.ENDS, Fate.STARTS]


def test_copies_are_bounded_and_the_oldest_gives_way() -> None:
    steps = [("fires", fires(T1 + n, T1 + n, f"server-{n}")) for n in range(COPIES_MAX + 1)]

    _, held = play(*steps)

    assert len(held) == COPIES_MAX
    assert held[0].sender == "server-1"


def test_what_a_restarted_server_had_gives_way_before_the_only_copy_of_a_silent_one() -> None:
    steps = [("fires", fires(T1, T1, "silent"))]
    steps += [("fires", fires(T1 + n * S, T1 + n * S, "restarted")) for n in range(COPIES_MAX)]

    _, held = play(*steps)

    assert [copy.sender for copy in held].count("silent") == 1
    assert len(held) == COPIES_MAX


# A model of N servers that evaluate one rule: what they report, and what that has to come to.

RESEND = 60 * S
LATENCY_MAX = 20 * S
KEPT = 15 * 60 * S
"""For how long a server repeats an end."""


@dataclass
class Server:
    """An evaluating server with a clock and a life of its own."""

    name: str
    skew: int
    lag: int
    """How late it sees a trouble begin and end."""
    restarts: list[int]
    """When it restarts: it has then forgotten the start that it gave."""
    dies_at: int | None
    lost: set[int]
    """Which of its reports never arrive."""
    sent: list[tuple[int, str, Report]] = field(default_factory=list)

    def run(self, trouble: tuple[int, int], until: int, latency: list[int]) -> None:
        """Write down every report that arrives: (arrival, what, report)."""
        begins, is_over = trouble[0] + self.lag, trouble[1] + self.lag
        at, number = begins, 0
        while at < min(until, is_over + KEPT):
            if self.dies_at is not None and at >= self.dies_at:
                return
            forgotten = [r for r in self.restarts if begins < r <= at and r < is_over]
            start = max([begins, *forgotten]) + self.skew
            number += 1
            if number not in self.lost:
                arrival = at + latency[number % len(latency)]
                if at < is_over:
                    told = Report(self.name, arrival, start, at + AHEAD + self.skew)
                    self.sent.append((arrival, "fires", told))
                elif not any(r >= is_over for r in self.restarts if r <= at):
                    told = Report(self.name, arrival, start, is_over + self.skew)
                    self.sent.append((arrival, "ends", told))
            at += RESEND


def servers() -> st.SearchStrategy[list[Server]]:
    minute = 60 * S
    one = st.builds(
        Server,
        name=st.just(""),
        skew=st.integers(-60, 60).map(lambda s: s * S),
        lag=st.integers(0, 30).map(lambda s: s * S),
        restarts=st.lists(st.integers(4, 40).map(lambda m: m * minute), max_size=2),
        dies_at=st.none() | st.integers(3, 30).map(lambda m: m * minute),
        lost=st.sets(st.integers(1, 15).map(lambda n: 2 * n), max_size=4),  # never two in a row
    )
    return st.lists(one, min_size=1, max_size=4)


@settings(max_examples=300)
@given(
    group=servers(),
    minutes=st.integers(4, 30),
    latency=st.lists(st.integers(0, LATENCY_MAX), min_size=1, max_size=7),
)
def test_one_trouble_is_one_episode_that_ends_when_it_has_ended_everywhere(
    group: list[Server], minutes: int, latency: list[int]
) -> None:
    trouble = (0, minutes * 60 * S)
    until = trouble[1] + 3600 * S
    for number, server in enumerate(group):
        server.name = f"server-{number}"
        server.run(trouble, until, latency)
    reports = sorted((report for server in group for report in server.sent), key=lambda one: one[0])

    episodes, held = alert_over(reports, alive(group), until)

    assert episodes <= 1
    assert copies.fires(held) == any(is_cut_off(server) for server in group)


def is_cut_off(server: Server) -> bool:
    """Whether a server died so that nobody can tell whether a copy of its own has ended."""
    last: dict[int | None, int] = {}
    for _, what, report in server.sent:
        if what == "fires":
            last[report.starts_at] = max(report.ends_at, last.get(report.starts_at, 0))
    over = {report.starts_at for _, what, report in server.sent if what == "ends"}
    if server.dies_at is None or not over <= last.keys():
        return False  # an end with a start of which no report arrived ends all that it has
    dies_at = server.dies_at
    return any(start not in over and dies_at < ends_at for start, ends_at in last.items())


def alive(group: list[Server]) -> dict[str, int]:
    """Sender → until when it is heard: other alerts of a server go on while this one is over."""
    for_ever = 1 << 60
    return {s.name: for_ever if s.dies_at is None else s.dies_at for s in group}


def alert_over(
    reports: list[tuple[int, str, Report]], heard: dict[str, int], until: int
) -> tuple[int, Copies]:
    """How many episodes began, and the copies at the end, lapses looked for each minute."""
    held: Copies = ()
    episodes = 0
    pending = list(reports)
    for minute in range(until // RESEND + 2):
        now = minute * RESEND
        while pending and pending[0][0] <= now:
            _, what, report = pending.pop(0)
            fate, held = (copies.fired if what == "fires" else copies.ended)(held, report)
            episodes += fate is Fate.STARTS
        held = copies.lapsed(held, partial(has_lapsed, heard, now), now)
    return episodes, held


def has_lapsed(heard: dict[str, int], now: int, copy: Copy) -> bool:
    return copy.lapses_at <= min(now, heard[copy.sender])
