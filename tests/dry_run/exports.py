"""Incidents that happened in a simulator, as the API would answer about them."""

from collections.abc import Iterable

from msgspec import to_builtins

from triaged.core.records.effects import Effect, EndEpisode, StartEpisode
from triaged.core.records.model import ChainedEntry, Entry
from triaged.core.settings import Settings
from triaged.core.text.document import incident_document, page_document
from triaged.core.text.entry_document import entry_document
from triaged.dry_run.simulator import Simulator
from triaged.wire import instant_text


class Watched(Simulator):
    """A simulator that remembers when episodes began and ended, as the store does."""

    def __init__(self, settings: Settings, start: int) -> None:
        super().__init__(settings, start)
        self.episodes: dict[tuple[str, str, int], dict[str, object]] = {}

    def keep(self, effects: Iterable[Effect]) -> None:
        """Keep the rows, and the episodes."""
        effects = tuple(effects)
        super().keep(effects)
        for effect in effects:
            match effect:
                case StartEpisode(state=state, alert=alert):
                    self.episodes[state.source, state.fingerprint, state.episode] = {
                        "source": state.source,
                        "fingerprint": state.fingerprint,
                        "episode": state.episode,
                        "ended_at": None,
                        "ended_by": None,
                        "repeats": 0,
                        "severity": effect.outcome.severity,
                        "rule": effect.outcome.rule,
                        "rules": list(effect.outcome.rules),
                        "received_at": instant_text(effect.received_at),
                        "starts_at": instant_text(state.starts_at),
                        "labels": alert.labels,
                        "annotations": alert.annotations,
                        "incident": state.incident,
                    }
                case EndEpisode(state=state):
                    row = self.episodes[state.source, state.fingerprint, state.episode]
                    row["ended_at"] = instant_text(effect.ended_at)
                    row["ended_by"] = effect.by
                case _:
                    pass

    def answers(self, number: int) -> dict[str, object]:
        """What the API says of an incident."""
        incident = self.view.incidents[number]
        pages = [page for page in self.view.pages.values() if page.incident == number]
        return {
            "incident": to_builtins(incident_document(incident, "http://127.0.0.1:9099")),
            "timeline": [entry_then(entry, seq) for seq, entry in enumerate(self.entries[number])],
            "pages": [to_builtins(page_document(page)) for page in pages],
            "episodes": [row for row in self.episodes.values() if row["incident"] == number],
        }


def entry_then(entry: Entry, seq: int) -> object:
    """A timeline entry that was written when it happened, in its place."""
    said = (entry.kind, entry.actor, entry.text, entry.data)
    return to_builtins(entry_document(ChainedEntry(0, seq, entry.at, entry.at, *said, "")))
