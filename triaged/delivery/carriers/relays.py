"""The library `apprise` (the extra of this name), on threads of its own, for it blocks.

https://appriseit.com/library/. Its addresses are secrets: of what it logs only a status is kept.
"""

import asyncio
import importlib
import logging
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from triaged.channels import NoAnswer, Relayed, Taken
from triaged.errors import Malformed

THREADS = 4
"""Messages at once. A service that hangs keeps its thread; with all of them taken, others wait."""

LOGGER = "apprise"
_STATUS = re.compile(r"\berror=(\d{3})\b")


class Relays:
    """Sends messages through `apprise`; the library is loaded with the first of them."""

    def __init__(self) -> None:
        self._threads: ThreadPoolExecutor | None = None

    async def send(self, message: Relayed) -> Taken | NoAnswer:
        """Send the message; gives what the library says of it."""
        if self._threads is None:
            self._threads = ThreadPoolExecutor(THREADS, "apprise")
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(message.timeout_s):
                return await loop.run_in_executor(self._threads, _sent, message)
        except TimeoutError:
            wait = f"apprise did not send it within {message.timeout_s:g} s"
            return NoAnswer(wait, maybe_accepted=True, timed_out=True)
        except Malformed as error:
            return NoAnswer(str(error), permanent=True)
        except ImportError:
            return NoAnswer("the extra `apprise` is not installed", permanent=True)

    def close(self) -> None:
        """Begin no message more; what hangs is not waited for."""
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
            self._threads = None


def _sent(message: Relayed) -> Taken:
    """Send on this thread. Raises `Malformed` for an address that the library does not know."""
    apprise: Any = importlib.import_module("apprise")
    logging.getLogger(LOGGER).propagate = False  # what it says holds addresses
    relay = apprise.Apprise(asset=apprise.AppriseAsset(async_mode=False))
    if not relay.add(message.url.reveal()):
        raise Malformed("no_address", "apprise knows no service of the channel's url")
    kind = apprise.NotifyType.FAILURE if message.is_page else apprise.NotifyType.INFO
    result = relay.notify(
        title=message.title,
        body=message.text,
        notify_type=kind,
        body_format=apprise.NotifyFormat.TEXT,
        interpret_escapes=False,
    )
    try:
        found = [_STATUS.search(entry.message) for entry in result.logs()]
        statuses = [int(each[1]) for each in found if each is not None]
        return Taken(bool(result), statuses[-1] if statuses else None)
    finally:
        result.close()
