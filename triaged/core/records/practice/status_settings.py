"""What the operators say of the status page."""

from collections.abc import Mapping
from typing import Literal

import msgspec


class PageComponent(msgspec.Struct, frozen=True):
    """A part of what we offer, as the public knows it."""

    key: str
    name: str
    description: str = ""
    group: str = ""
    """The heading that it stands under; empty: none."""
    services: tuple[str, ...] = ()
    """The services whose incidents concern it."""


class StatusPage(msgspec.Struct, frozen=True):
    """The status page."""

    name: str
    url: str
    """Where the public reads it, without a slash at its end."""
    timezone: str = "UTC"
    clock: Literal["12h", "24h"] = "12h"
    language: str = "en"
    """The language of the posts (BCP 47); the words around them are English."""
    components: tuple[PageComponent, ...] = ()
    auto: bool = False
    """Whether an incident of SEV-1 or SEV-2 sets components where no human has for 5 minutes."""
    uptime: bool = False
    links: Mapping[str, str] = {}
    """Text → address, for the foot of the page."""
    contact: str = ""
    """Whom subscribers may ask about what is stored of them."""
    channel: str = ""
    """The channel of kind `email` that mails subscribers; empty: nobody can subscribe."""
    sender: str = ""
    """The From of their mails; empty: that of the channel."""
    export: str = ""
    """The folder for the static copy; empty: none is written."""

    def component(self, key: str) -> PageComponent | None:
        """The component with this key."""
        return next((one for one in self.components if one.key == key), None)

    def of_service(self, service: str | None) -> tuple[PageComponent, ...]:
        """The components that incidents of a service concern."""
        return tuple(one for one in self.components if service in one.services)
