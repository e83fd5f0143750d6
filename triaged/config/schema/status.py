"""The keys of `status_page` in config.yaml. These docstrings are the reference."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from triaged.config.value_types import BaseUrl, Url, Zone


class StatusComponent(msgspec.Struct, frozen=True):
    """Component of the status page: a part of what you offer, as customers know it."""

    name: str | None = None
    """Name that the page shows. Unset: the key under `components`."""
    description: str = ""
    """Sentence under the name."""
    group: str = ""
    """Heading under which it stands. Components of one group follow one another."""
    services: tuple[str, ...] | None = None
    """Services whose incidents concern the component. Unset: the service that has its key as its
    name."""


class StatusSubscribers(msgspec.Struct, frozen=True):
    """Mails to subscribers."""

    channel: str
    """Channel of kind `email` whose server takes the mails."""
    sender: str | None = msgspec.field(default=None, name="from")
    """Address from which the mails come. Unset: that of the channel."""


class StatusPage(msgspec.Struct, frozen=True):
    """Public status page at `/status`."""

    name: str
    """Name of the page, such as `Larkspur status`."""
    url: BaseUrl | None = None
    """URL at which the public reads the page, where that is a proxy or a static copy. Unset:
    `/status` behind `public_url`."""
    timezone: Zone | None = None
    """Time zone of the times on the page. Unset: `timezone` of this file."""
    clock: Literal["12h", "24h"] = "12h"
    """Form of the times: `3:45 PM EDT` or `15:45 EDT`."""
    language: str = "en"
    """Language of the posts, such as `en` or `de-CH`: what a screen reader speaks."""
    components: Mapping[str, StatusComponent] | None = None
    """Components by key, in the order of the page. Unset: one for each of `services`."""
    auto: bool = False
    """Whether a SEV-1 or SEV-2 sets the components of its service when no human has within 5
    minutes. The page marks them as automatically reported; texts are never written by itself."""
    uptime: bool = False
    """Whether the page shows the uptime of the last 90 days, and its formula."""
    links: Mapping[str, Url] = {}
    """Links at the foot of the page, address by text."""
    contact: str = ""
    """Whom subscribers ask about what is stored of them, such as an address."""
    subscribers: StatusSubscribers | None = None
    """Mails to subscribers. Unset: nobody can subscribe by mail."""
    export: str | None = None
    """Folder of a static copy, which is replaced as a whole at every change. Its parent must be
    writable. Unset: none."""
