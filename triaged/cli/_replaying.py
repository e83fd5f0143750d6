"""The runs of a replay, each in its own process; other rules come from a directory or from git."""

from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypeVar

from triaged.cli._client import Failed, Misused
from triaged.cli._history import tell
from triaged.cli._payload import configured
from triaged.cli._revisions import exported
from triaged.config.files import visible
from triaged.dry_run.replay.comparison import compare_runs
from triaged.dry_run.replay.history import History, read
from triaged.dry_run.replay.limits import Limit, check_names
from triaged.dry_run.replay.replay import Run, happened, replay
from triaged.dry_run.replay.report import ReplayReport, report_of
from triaged.errors import Malformed

if TYPE_CHECKING:
    from triaged.core.settings import Settings

T = TypeVar("T")
Other = tuple[Path, tuple[str, ...]]
"""A configuration file, and the patterns of rule files that replace its own."""


def compare(
    path: str, config: Path, against: str | None, limits: Iterable[Limit] = ()
) -> ReplayReport:
    """The recorded outcome, the run of these rules and of the others, for the history at `path`.

    Raises `Misused` for a limit on somebody whom neither a configuration nor the history knows.
    """
    settings = configured(config).settings
    known = _recipients(settings)
    try:
        with _other(config, against) as other, ProcessPoolExecutor(1) as pool:
            running = None
            if other is not None:
                # what is wrong with it is said before anything runs
                known |= _recipients(configured(*other).settings)
                running = pool.submit(run_of, path, *other)
            was = _with(path, happened)
            _check_names(limits, known | {page.whom for ran in was.incidents for page in ran.pages})
            now = _with(path, lambda history: replay(history, settings, _progress))
            tell("")
            last = running.result() if running is not None else None
            head = _with(path, lambda history: history.head)
            return _report((head.since, head.until), (was, now, last), settings, against)
    except Malformed as error:
        raise Failed(f"{path} holds no history: {error}") from None


def _recipients(settings: "Settings") -> set[str]:
    """Everybody whom pages may go to, by the names that a report has."""
    return {*settings.people, *settings.channels}


def _check_names(limits: Iterable[Limit], known: Collection[str]) -> None:
    try:
        check_names(limits, known)
    except ValueError as error:
        raise Misused(f"--fail-if: {error}") from None


def _report(
    period: tuple[int, int],
    runs: tuple[Run, Run, Run | None],
    settings: "Settings",
    against: str | None,
) -> ReplayReport:
    was, now, other = runs
    fidelity = compare_runs(was, now, settings)
    if other is None:
        return report_of(period, runs, ("what happened", "these rules"), (fidelity, fidelity))
    found = compare_runs(now, other, settings)
    return report_of(period, runs, ("these rules", against or ""), (fidelity, found))


def run_of(path: str, config: Path, rules: tuple[str, ...]) -> Run:
    """The history run through the rules of a configuration; called in a process of its own."""
    settings = configured(config, rules).settings
    return _with(path, lambda history: replay(history, settings))


def _progress(episodes: int) -> None:
    tell(f"{episodes} alerts replayed")


def _with(path: str, use: Callable[[History], T]) -> T:
    """The result of `use` on the history in a file."""
    try:
        with Path(path).open("rb") as file:
            return use(read(file))
    except OSError as error:
        raise Failed(f"cannot read {path}: {error.strerror}") from None


@contextmanager
def _other(config: Path, against: str | None) -> Iterator[Other | None]:
    """The place of the other rules; None: there are none."""
    if against is None:
        yield None
        return
    with TemporaryDirectory() as folder:
        place = Path(against)
        if not place.is_dir():
            place = exported(config, against, Path(folder, "revision"))
        if (place / config.name).exists():
            yield place / config.name, ()
        elif visible(place, "*.yaml"):
            yield config, (f"{place.resolve()}/*.yaml",)
        else:
            wanted = f"neither {config.name} nor rule files (*.yaml)"
            raise Failed(f"--against: in {against} there are {wanted}")
