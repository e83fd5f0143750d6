"""How often the clients of one network may do something that strangers may do."""

from collections import OrderedDict
from ipaddress import IPv6Address, ip_address

from triaged.core.time.durations import HOUR

NETWORKS_MAX = 10_000
"""Networks remembered, the last ones: some megabytes. Whoever has more addresses gets no further,
since each mail address has a limit of its own."""

IPV4_PREFIX, IPV6_PREFIX = 24, 56
"""What one customer of a provider usually has."""


def network_of(address: str) -> str:
    """The network of a client's address; an address that is none is one by itself."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    bits = IPV6_PREFIX if isinstance(parsed, IPv6Address) else IPV4_PREFIX
    return f"{parsed.version}/{int(parsed) >> (parsed.max_prefixlen - bits)}"


class NetworkLimit:
    """So many times within an hour for each network."""

    def __init__(self, most: int, within_us: int = HOUR) -> None:
        self._most = most
        self._within_us = within_us
        self._times: OrderedDict[str, list[int]] = OrderedDict()

    def allows(self, address: str, now: int) -> bool:
        """Whether the client may now; it counts if so."""
        network = network_of(address)
        times = [at for at in self._times.get(network, []) if at > now - self._within_us]
        allowed = len(times) < self._most
        self._times[network] = [*times, now] if allowed else times
        self._times.move_to_end(network)
        if len(self._times) > NETWORKS_MAX:
            self._times.popitem(last=False)
        return allowed
