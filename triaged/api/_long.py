"""Questions whose answers take long: figures of years, reviews. One at a time for each caller."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import TypeVar

from aiohttp import web

from triaged.http import problems
from triaged.http.routes import Call

AGAIN_S = 5
T = TypeVar("T")
Answering = Callable[[Call], Awaitable[T | web.Response]]


def long_question(answering: Answering[T]) -> Answering[T]:
    """The decorator of a handler that reads and computes for long: 429 while it does for a caller.

    503 while it does for as many callers as there is room for.
    """

    @wraps(answering)
    async def in_turn(call: Call) -> T | web.Response:
        questions, by = call.context.long_questions, call.caller.by
        if questions.is_asking(by):
            call.context.metrics.limits_hit.labels("questions", "api").inc()
            return problems.too_soon("an answer is being made for you: wait for it", AGAIN_S)
        if questions.is_full:
            call.context.metrics.limits_hit.labels("questions", "api").inc()
            return problems.unavailable("answers are being made for others: ask again")
        with questions.asked(by):
            return await answering(call)

    return in_turn
