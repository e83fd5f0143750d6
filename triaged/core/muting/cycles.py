"""Cycles of a directed graph: alerts that mute one another, and suppressors that can."""

from collections.abc import Collection, Hashable, Mapping
from typing import TypeVar

Node = TypeVar("Node", bound=Hashable)
Graph = Mapping[Node, Collection[Node]]


def cycles(graph: Graph[Node]) -> list[frozenset[Node]]:
    """The sets of at least two nodes that all reach one another; every edge's end is a node.

    Kosaraju's algorithm, without recursion: a chain of alerts may be long.
    """
    reverse: dict[Node, list[Node]] = {node: [] for node in graph}
    for node, ends in graph.items():
        for end in ends:
            reverse[end].append(node)
    found: list[frozenset[Node]] = []
    seen: set[Node] = set()
    for node in reversed(_finished(graph)):
        if node not in seen:
            component = _reached(reverse, node, seen)
            if len(component) > 1:
                found.append(component)
    return found


def _finished(graph: Graph[Node]) -> list[Node]:
    """The nodes in the order in which a walk in depth leaves them."""
    finished: list[Node] = []
    seen: set[Node] = set()
    for start in graph:
        if start in seen:
            continue
        seen.add(start)
        path = [(start, iter(graph[start]))]
        while path:
            node, ends = path[-1]
            following = next((end for end in ends if end not in seen), None)
            if following is None:
                finished.append(node)
                path.pop()
            else:
                seen.add(following)
                path.append((following, iter(graph[following])))
    return finished


def _reached(graph: Graph[Node], start: Node, seen: set[Node]) -> frozenset[Node]:
    """Nodes that are reached from `start` and not in `seen`, to which they are added."""
    reached = [start]
    seen.add(start)
    for node in reached:
        for end in graph[node]:
            if end not in seen:
                seen.add(end)
                reached.append(end)
    return frozenset(reached)
