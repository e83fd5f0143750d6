"""A world in which alice and bob are paged on a channel whose messages can be edited."""

from tests.core.world import World, settings
from triaged.core.records.events import Delivered
from triaged.core.records.model import Page
from triaged.core.records.practice.requests import EDIT, Request
from triaged.core.records.two_way import PostedMessage


def accepted(page: Page, now: int) -> Delivered:
    """The provider's answer: it calls the message by its page."""
    return Delivered(f"C1/{page.id}")


class Desk(World):
    """The channel is `desk`; `mail` cannot be edited."""

    def __init__(self, confirmed: frozenset[str] = frozenset()) -> None:
        both = frozenset({"desk"})
        ours = settings(edited=both, heard=both, confirmed=confirmed)
        super().__init__(ours, accepted)
        self.fires(severity="SEV-1")
        self.deliver()

    def posts(self) -> list[PostedMessage]:
        """The messages that the provider has."""
        return self.view.rows_of(PostedMessage, 1)

    def edits(self) -> list[Request]:
        """The requests to edit."""
        return self.requests(EDIT)

    def requests(self, kind: str) -> list[Request]:
        """The requests of a kind."""
        return [one for one in self.view.rows_of(Request, 1) if one.kind == kind]
