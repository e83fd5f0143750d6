from tests.core.practice.golden import at, entry
from triaged.core.text.entry_document import entry_document
from triaged.wire import instant_text


def test_entry_shows_both_of_its_times_and_its_hash() -> None:
    document = entry_document(entry(7, at(15, 35), "note", "bob", text="pool exhausted"))

    assert (document.seq, document.kind, document.actor) == (7, "note", "bob")
    assert document.at == document.recorded_at == instant_text(at(15, 35))
    assert document.hash == f"{7:064x}"
