"""`/webhooks/{source}`: bodies of the sources that the configuration names."""

from typing import Annotated

from aiohttp import web
from msgspec.structs import replace

from triaged.http import alert_bodies
from triaged.http.alert_bodies import Accepted
from triaged.http.routes import Call, Scope, route

PROMETHEUS = "prometheus"
"""The kind of sources that speak Alertmanager's API v2."""


@route("POST", "/webhooks/{source}", Scope.INGEST)
async def receive(call: Call) -> Annotated[web.StreamResponse, Accepted]:
    """A webhook of a source; answered when its alerts are on disk."""
    return await alert_bodies.receive(call, call.params["source"])


receive_put = replace(receive, method="PUT")
"""Some senders let their users choose a URL but not the method, and use PUT."""


@route("POST", "/webhooks/{source}/api/v2/alerts", Scope.INGEST)
async def receive_v2(call: Call) -> Annotated[web.StreamResponse, Accepted]:
    """Alerts of a Prometheus whose `path_prefix: /webhooks/{source}` names its source."""
    return await alert_bodies.receive(call, call.params["source"], only_json=True, kind=PROMETHEUS)
