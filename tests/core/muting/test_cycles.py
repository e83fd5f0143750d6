from triaged.core.muting.cycles import cycles


def graph(text: str) -> dict[str, list[str]]:
    """`ab ba c` as a graph: an edge for two letters, a node for each."""
    nodes: dict[str, list[str]] = {letter: [] for letter in text if letter != " "}
    for part in text.split():
        if len(part) == 2:
            nodes[part[0]].append(part[1])
    return nodes


def test_what_reaches_itself_through_others_is_a_cycle() -> None:
    assert cycles(graph("ab ba")) == [frozenset("ab")]
    assert cycles(graph("ab bc ca cd")) == [frozenset("abc")]
    assert set(cycles(graph("ab ba bc cd dc"))) == {frozenset("ab"), frozenset("cd")}


def test_two_cycles_that_share_a_node_are_one() -> None:
    assert cycles(graph("ab ba bc cb")) == [frozenset("abc")]


def test_without_a_way_back_there_is_none() -> None:
    assert cycles(graph("ab bc ac d")) == []
    assert cycles({}) == []


def test_a_long_chain_is_no_recursion() -> None:
    long = {number: [number + 1] for number in range(50_000)} | {50_000: [0]}

    (found,) = cycles(long)

    assert len(found) == 50_001
