"""Messages as text, of facts that an incident alone gives."""

from tests.core.world import settings
from triaged.core.records.model import Incident, Page
from triaged.core.text.facts import Evidence, facts_of
from triaged.core.text.letter import letter, plain
from triaged.core.text.wording import Reading


def text(page: Page, incident: Incident, reading: Reading) -> str:
    """The whole message of a page or update for somebody who reads it then."""
    facts = facts_of(incident, Evidence(), settings(), reading.at)
    return plain(letter(page, facts, reading))
