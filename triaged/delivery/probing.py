"""Probes: each channel is tried without sending anything."""

import asyncio
from collections.abc import Mapping

from triaged.channels import Channel, MailResult, NoAnswer, Reached, Result
from triaged.channels.contract import CHANNELS, Probed
from triaged.delivery.carriers.transports import Carrier


async def probe(channels: Mapping[str, Channel], carrier: Carrier) -> dict[str, str]:
    """The fault of each channel that can be probed, by name in order; empty: it works."""
    kinds = {name: CHANNELS.load(channels[name].kind) for name in sorted(channels)}
    async with asyncio.TaskGroup() as group:
        tries = {
            name: group.create_task(carrier.send(kind.probe(channels[name].settings)))
            for name, kind in kinds.items()
            if isinstance(kind, Probed)
        }
    await carrier.close()
    return {name: trouble(made.result()) for name, made in tries.items()}


def trouble(result: Result) -> str:
    """The fault that the outcome of a probe shows; empty: none."""
    match result:
        case Reached():
            return ""
        case MailResult(code=code, text=text):
            return "" if 200 <= code < 300 else f"SMTP {code} {text}"
        case NoAnswer(error=error):
            return error
        case _:
            return f"not an outcome of a probe: {type(result).__name__}"
