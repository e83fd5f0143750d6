"""Guards of the promises, each with a way to take it out and the tests that miss it.

`make mutations` takes out one after the other and demands that a test fails.
"""

from tests.mutations.bank_channels import CHANNELS
from tests.mutations.bank_core import CORE
from tests.mutations.bank_drills import DRILLS
from tests.mutations.bank_edges import OUTSIDE
from tests.mutations.bank_figures import FIGURES
from tests.mutations.bank_learning import LEARNING
from tests.mutations.bank_lives import LIVES
from tests.mutations.bank_practice import PRACTICE
from tests.mutations.bank_regrouping import REGROUPING
from tests.mutations.bank_status import STATUS
from tests.mutations.bank_store import ENGINE, STORE

BANK = (
    *STORE,
    *ENGINE,
    *CORE,
    *DRILLS,
    *LIVES,
    *LEARNING,
    *FIGURES,
    *STATUS,
    *PRACTICE,
    *REGROUPING,
    *OUTSIDE,
    *CHANNELS,
)
