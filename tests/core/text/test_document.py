import json
import re

import msgspec

from tests.conftest import ROOT
from tests.core.world import World
from triaged.core.records.events import Acknowledged
from triaged.core.records.model import ChainedEntry
from triaged.core.text.document import incident_document, page_document
from triaged.core.text.entry_document import entry_document

INTERFACE = ROOT / "docs/reference/interface.md"


def test_the_incident_document_has_every_key_of_the_interface() -> None:
    page = INTERFACE.read_text()
    section = page.partition("## An incident in JSON")[2].partition("## Metrics")[0]
    keys = re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)
    promised = {key for cell in keys for key in re.findall(r"`([a-z_]+)`", cell)}
    world = World()
    world.fires(severity="SEV-2")

    document = incident_document(world.incident, "https://triaged.example.org")

    assert len(promised) > 25
    assert promised - set(document.__struct_fields__) == set()


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
