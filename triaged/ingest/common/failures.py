"""Elements of a body that cannot be used: the first with a reason each, the rest together."""

from collections.abc import Callable, Sequence

from triaged.errors import Malformed, Problem
from triaged.ingest import Received, Rejected


class Failures:
    """Collects them, in the order of the body."""

    def __init__(self, received: Received) -> None:
        self._alone_max = received.alone_max
        self._alone: list[tuple[bytes, str, Problem]] = []
        """(element, reason, problem); no exception is kept, as each holds the frames it crossed."""
        self._together: list[bytes] = []
        self._first: tuple[str, Problem] | None = None
        self._first_together: tuple[str, Problem] | None = None

    def add(self, element: bytes, error: Malformed) -> None:
        """`element` cannot be used because of `error`."""
        self._first = self._first or (error.reason, error.problem)
        if len(self._alone) < self._alone_max:
            self._alone.append((element, error.reason, error.problem))
            return
        self._first_together = self._first_together or (error.reason, error.problem)
        self._together.append(element)

    def rejected(
        self, wrap: Callable[[Sequence[bytes]], bytes], *, some_usable: bool
    ) -> list[Rejected]:
        """Elements set aside. Raises the first one's `Malformed` where nothing is usable."""
        count = len(self._alone) + len(self._together)
        if self._first is not None and not some_usable:
            raise _of_all(*self._first, count)
        rejected = [
            Rejected(reason, str(problem), wrap([raw])) for raw, reason, problem in self._alone
        ]
        if self._first_together is not None:
            error = _of_all(*self._first_together, len(self._together))
            body = wrap(self._together)
            rejected.append(Rejected(error.reason, str(error), body, len(self._together)))
        return rejected


def _of_all(reason: str, problem: Problem, count: int) -> Malformed:
    rest = f" (and {count - 1} more alerts)" if count > 1 else ""
    return Malformed(reason, problem.message + rest, problem.where)
