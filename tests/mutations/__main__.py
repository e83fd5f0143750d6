"""`make mutations`: every guard of the bank, or those whose promise or path has the given text."""

import sys

from tests.conftest import ROOT
from tests.mutations.bank import BANK
from tests.mutations.runner import survivors


def main(wanted: str = "") -> int:
    """Try each; 1 if a guard can go without a test that fails."""
    bank = tuple(one for one in BANK if wanted in one.promise or wanted in one.path)
    failed = 0
    for mutation, output in survivors(ROOT, bank):
        failed += 1
        guard, path = mutation.guard, mutation.path
        print(f"{mutation.promise}: no test fails without `{guard}` of {path}\n{output}\n")
    print(f"{len(bank)} guards taken out, {len(bank) - failed} noticed, {failed} not")
    return 1 if failed or not bank else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
