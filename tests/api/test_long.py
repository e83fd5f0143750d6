"""One answer that takes long at a time for each caller, and few in all."""

from tests.api.site import Site

STATS = "/api/v1/stats"


async def test_a_caller_waits_for_one_answer_at_a_time(site: Site) -> None:
    questions = site.context.long_questions

    with questions.asked("token:read"):
        second = await site.ask("GET", STATS, "read")
        other = await site.ask("GET", STATS)
    after = await site.ask("GET", STATS, "read")

    assert (second.status, second.headers["Retry-After"]) == (429, "5")
    assert (other.status, after.status) == (200, 200)


async def test_few_are_answered_at_one_time(site: Site) -> None:
    questions = site.context.long_questions

    with questions.asked("a"), questions.asked("b"), questions.asked("c"):
        refused = [
            await site.ask("GET", path)
            for path in (STATS, "/api/v1/review", "/api/v1/oncall/fairness")
        ]

    assert [answer.status for answer in refused] == [503] * 3
    assert all("Retry-After" in answer.headers for answer in refused)


async def test_the_turn_ends_with_an_error(site: Site) -> None:
    wrong = [await site.ask("GET", f"{STATS}?from=x") for _ in range(2)]

    assert [answer.status for answer in wrong] == [400, 400]
