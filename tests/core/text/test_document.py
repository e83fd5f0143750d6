import json
import re
from pathlib import Path

import msgspec

from tests.core.world import World
from triaged.core.records.events import Acknowledged
from triaged.core.records.model import ChainedEntry
from triaged.core.text.document import entry_document, incident_document, page_document

NESTED = {"detection", "firing", "resolved", "epoch", "round", "step"}
"""Names that the interface's paragraph has inside of values."""


def test_the_incident_document_has_every_key_of_the_interface(shared: Path) -> None:
    page = (shared / "design/interface.md").read_text()
    section = page.split("**Incident** in JSON:")[1].split("**Timeline entry**")[0]
    promised = set(re.findall(r"`([a-z_]+)`(?: \(| \{|,|\.)", section)) - {"open", "incident"}
    world = World()
    world.fires(severity="SEV-2")

    document = incident_document(world.incident, "https://triaged.example.org")

    assert promised - set(document.__struct_fields__) - NESTED == set()


def test_documents_are_json_with_rfc_3339_instants() -> None:
    world = World()
    world.fires(severity="SEV-2")
    world.handle(Acknowledged(1, "bob"))
    document = incident_document(world.incident, "")
    entry = ChainedEntry(1, 1, 0, 0, "note", "bob", "hello", {}, "00")
    page = next(iter(world.view.pages.values()))

    texts = [msgspec.json.encode(d) for d in (document, entry_document(entry), page_document(page))]

    first = json.loads(texts[0])
    assert first["acknowledged_at"] == "2026-03-30T10:00:00.000000Z"
    assert first["alerts"] == {"firing": 1, "resolved": 0, "truncated": 0}
    assert first["id"] == "INC-1"
