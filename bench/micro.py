"""What each stage costs per alert, in one process, without a network: where the time can go.

The stages are those of the way of an alert: decode and fingerprint, classify, load, decide, save,
commit. They run on the real store in the order and in the batches of the engine, new alerts and
repeats apart. What HTTP adds is the difference to the numbers of ingest.py. Times are processor
time of all threads, so that others on the machine disturb little; what is spent waiting for the
disk is not in it.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import msgspec

from bench import peers
from bench.bodies import Bodies
from bench.options import Options
from bench.peers import Setup
from bench.rules import rules
from bench.table import Line
from triaged.clock import Clock, SystemClock
from triaged.config.read import load as load_configuration
from triaged.core.decide import decide
from triaged.core.records.answers import Answer
from triaged.core.records.effects import ByKind, Effect
from triaged.core.records.events import AlertReceived, Event
from triaged.core.records.model import Alert, Outcome
from triaged.core.settings import Classifier, Settings
from triaged.core.situation import Situation
from triaged.engine.classification import classified
from triaged.http.alert_bodies import summary
from triaged.ingest import Parsed, Received, prometheus
from triaged.ingest.common.fingerprint import fingerprint
from triaged.metrics import Metrics
from triaged.rules.evaluate import RuleSet
from triaged.rules.read import RuleContext, read_rules
from triaged.store.database.connect import Database, open_database
from triaged.store.saving import Changes
from triaged.store.view import Loader, save
from triaged.wire import encode
from triaged.yamlschema.document import parse as parse_document

BATCH_REQUESTS = 16
"""64 alerts each: what 16 connections have under way at once."""

WARM_LIMIT_US, COLD_LIMIT_US = 10, 200
"""What an alert may cost under 1,000 rules: known, and with nothing known of it."""


class Stages:
    """Processor seconds by stage, one list entry per batch."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = {}

    @contextmanager
    def time(self, stage: str) -> Iterator[None]:
        """Add what the block takes."""
        began = time.process_time()
        yield
        self.add(stage, time.process_time() - began)

    def add(self, stage: str, seconds: float) -> None:
        """A batch took so long in a stage."""
        self.seconds.setdefault(stage, []).append(seconds)

    def lines(self, kind: str, alerts: int) -> list[Line]:
        """The median of each stage, in µs per alert, for batches of so many alerts."""
        costs = {stage: median(all_) / alerts * 1e6 for stage, all_ in self.seconds.items()}
        costs["together"] = sum(costs.values())
        return [Line(f"{kind}: {stage}", f"{cost:.1f} µs") for stage, cost in costs.items()]


def measure(options: Options) -> list[Line]:
    """Every stage."""
    return [
        *asyncio.run(_stages("new alert", Bodies(), options)),
        *asyncio.run(_stages("repeat", Bodies(population=64 * BATCH_REQUESTS), options)),
        *_classify(),
    ]


async def _stages(kind: str, bodies: Bodies, options: Options) -> list[Line]:
    stages, clock = Stages(), SystemClock()
    with peers.folder() as place:
        settings = _settings(place)
        database = await open_database(f"sqlite:{place}/triaged.db", clock)
        try:
            for number in range(5 if options.quick else 40):
                one = stages if number > 1 else Stages()  # the first fill caches, and the store
                await _batch(one, _received(bodies, number, clock), settings, (database, clock))
        finally:
            await database.close()
    return stages.lines(kind, 64 * BATCH_REQUESTS)


def _settings(place: Path) -> Settings:
    (place / "rules.yaml").write_bytes(rules(200))
    (place / "config.yaml").write_bytes(peers.configuration(Setup(), 9099))
    configuration = load_configuration(place / "config.yaml", {}).configuration
    assert configuration is not None, "its own configuration is right"
    return configuration.settings


def _received(bodies: Bodies, number: int, clock: Clock) -> list[Received]:
    first = number * BATCH_REQUESTS * bodies.alerts
    following = bodies.following(first)
    return [Received("prometheus", next(following), {}, clock.now()) for _ in range(BATCH_REQUESTS)]


async def _batch(
    stages: Stages,
    received: Sequence[Received],
    settings: Settings,
    shell: tuple[Database, Clock],
) -> None:
    """What the daemon does with 16 requests that arrive together."""
    database, clock = shell
    with stages.time("decode and fingerprint"):
        own = prometheus.Settings()
        alerts = [alert for body in received for alert in prometheus.parse(body, own).alerts]
    events: list[Event] = [AlertReceived(alert, clock.now()) for alert in alerts]
    rules_ = _Timed(settings.rules)
    timed = msgspec.structs.replace(settings, rules=rules_)
    changes, effects, answers = Changes(), list[Effect](), list[Answer]()
    began = time.process_time()
    async with database.transaction() as tx:
        now = clock.now()
        loader = Loader(tx, timed, None)
        classified_events = classified(events, await loader.alerts(events), timed, now)
        await loader.lock(classified_events)
        view = await loader.view(classified_events, now)
        stages.add("load", time.process_time() - began - rules_.seconds)
        stages.add("classify", rules_.seconds)
        with stages.time("decide"):
            situation = Situation(view, settings, now)
            for event in classified_events:
                decision = decide(situation, event)
                view.absorb(decision.effects)
                changes.add(decision.effects)
                effects += decision.effects
                answers.append(decision.answer)
        with stages.time("save: rows made"):
            await save(tx, view, changes, now)
        began = time.process_time()
    stages.add("save: written", time.process_time() - began)
    with stages.time("count"):
        METRICS.committed(ByKind(effects), 0.001, len(alerts))
    with stages.time("answer"):
        for start in range(0, len(answers), 64):
            encode(summary(Parsed(alerts[start : start + 64]), answers[start : start + 64]))


METRICS = Metrics()


class _Timed:
    """Rules that know how long they took."""

    def __init__(self, classifier: Classifier) -> None:
        self.digest = classifier.digest
        self.seconds = 0.0
        self._classify = classifier.classify

    def classify(self, alert: Alert, now: int) -> Outcome:
        """As the rules."""
        began = time.process_time()
        outcome = self._classify(alert, now)
        self.seconds += time.process_time() - began
        return outcome


def _classify() -> list[Line]:
    """Rules of several sizes, on label sets that are new and on the same again."""
    received = [Received("prometheus", Bodies().body(64 * n), {}, 0) for n in range(32)]
    alerts = [a for one in received for a in prometheus.parse(one, prometheus.Settings()).alerts]
    context = RuleContext(teams=frozenset({"team-checkout", "team-search", "team-payments"}))
    lines = []
    for count in (10, 200, 1000):
        compiled, problems = read_rules([parse_document("rules.yaml", rules(count))], context)
        assert not problems, problems
        half = len(alerts) // 2
        _each(compiled, alerts[:half])  # values of all labels but pod and instance are known now
        new = _each(compiled, alerts[half:])
        same = _each(compiled, alerts[half:])
        lines.append(Line(f"classify, {count} rules", f"new pod {new:.1f} µs, known {same:.1f} µs"))
    strangers = [_strange(alert, number) for number, alert in enumerate(alerts)]
    never = _each(compiled, strangers)
    for name, us, limit in (
        (f"classify by {count:,} rules, warm", same, WARM_LIMIT_US),
        (f"classify by {count:,} rules, a label set never seen", never, COLD_LIMIT_US),
    ):
        lines.append(Line(name, f"{us:.1f} µs", wanted=f"≤ {limit} µs", holds=us <= limit))
    return [*lines, Line("fingerprint", _fingerprints([alert.labels for alert in alerts]))]


def _strange(alert: Alert, number: int) -> Alert:
    """The alert with values that no other has, in every label."""
    labels = {name: f"{value}-{number}" for name, value in alert.labels.items()}
    return msgspec.structs.replace(alert, labels=labels)


def _each(compiled: RuleSet, alerts: Sequence[Alert]) -> float:
    began = time.process_time()
    for alert in alerts:
        compiled.classify(alert, 0)
    return (time.process_time() - began) / len(alerts) * 1e6


def _fingerprints(labels: Sequence[dict[str, str]]) -> str:
    def each(sets: Sequence[dict[str, str]], make: Callable[[dict[str, str]], str]) -> float:
        began = time.process_time()
        for one in sets:
            make(one)
        return (time.process_time() - began) / len(sets) * 1e6

    fresh = [one | {"pod": one["pod"] + "-x", "instance": one["instance"][::-1]} for one in labels]
    return f"new pod {each(fresh, fingerprint):.1f} µs, known {each(fresh, fingerprint):.1f} µs"
