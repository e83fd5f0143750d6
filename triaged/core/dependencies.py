"""The dependencies of a service, direct and indirect."""

from collections.abc import Mapping

from triaged.core.settings import Service

SERVICES_MAX = 100
"""How many are looked through: further away than that nothing is a hint."""


def closure(services: Mapping[str, Service], name: str) -> dict[str, int]:
    """`name` and everything that it needs, directly or not: how many steps away, nearest first."""
    found = {name: 0}
    level = [name]
    while level and len(found) < SERVICES_MAX:
        needed = [need for one in level if one in services for need in services[one].depends_on]
        level = [need for need in dict.fromkeys(needed) if need not in found]
        distance = max(found.values()) + 1
        found |= dict.fromkeys(level[: SERVICES_MAX - len(found)], distance)
    return found
