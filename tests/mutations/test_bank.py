"""The bank follows the code: its guards and its tests are still there, and its runner can fail."""

import ast
from pathlib import Path

from tests.conftest import ROOT
from tests.mutations.bank import BANK
from tests.mutations.mutation import Mutation
from tests.mutations.runner import mutated, survivors

GUARD = "def halve(n: int) -> int:\n    return n // max(1, 2)\n"
TEST = "from triaged.half import halve\n\n\ndef test_it() -> None:\n    assert halve(4) == {}\n"


def test_every_guard_stands_where_the_bank_says() -> None:
    stale = []
    for mutation in BANK:
        try:
            text = mutated((ROOT / mutation.path).read_text(), mutation)
        except (OSError, ValueError) as error:
            stale.append(str(error))
        else:
            if mutation.path.endswith(".py"):
                ast.parse(text)

    assert stale == []


def test_every_test_of_the_bank_exists() -> None:
    missing = []
    for named in {test for mutation in BANK for test in mutation.tests}:
        file, _, name = named.partition("::")
        path = ROOT / file
        if not path.exists() or (name and f"def {name}(" not in path.read_text()):
            missing.append(named)

    assert missing == []


def test_a_guard_that_no_test_misses_is_reported(tmp_path: Path) -> None:
    for folder in ("triaged", "tests"):
        (tmp_path / folder).mkdir()
    (tmp_path / "triaged/__init__.py").write_text("")
    (tmp_path / "triaged/half.py").write_text(GUARD)
    (tmp_path / "tests/test_seen.py").write_text(TEST.format(2))
    (tmp_path / "tests/test_blind.py").write_text(TEST.format("halve(4)"))
    (tmp_path / "tests/test_broken.py").write_text("import nothing_of_this_name\n")
    bank = tuple(
        Mutation(name, "triaged/half.py", "max(1, 2)", "1", (f"tests/test_{name}.py",))
        for name in ("seen", "blind", "broken")
    )

    assert [one.promise for one, _ in survivors(tmp_path, bank)] == ["blind", "broken"]
