"""What every test may ask for: the reference material beside the checkout, and real peers."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"

# Where `make test` unpacks peers that the machine does not have (tools/environment.py).
os.environ["PATH"] = os.pathsep.join([os.environ.get("PATH", ""), str(ROOT / ".peers/usr/bin")])

# How long an example takes, and how long it takes to make it, decides nothing.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--golden`: golden files are written anew, for whoever changed on purpose what they say."""
    parser.addoption("--golden", action="store_true", help="write golden files anew")


def is_required(name: str) -> bool:
    """Whether TRIAGED_TEST_REQUIRE (`all`, or names with commas) makes a missing peer a failure."""
    required = os.environ.get("TRIAGED_TEST_REQUIRE", "").split(",")
    return "all" in required or name in required


def missing(name: str, how: str) -> None:
    """Skip the test by the peer's name, or fail it where the peer is required. Never returns."""
    message = f"{name} is missing: {how}"
    if is_required(name):
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


def require(name: str) -> str:
    """The path of the program `name`; without it the test is skipped, or fails if required."""
    path = shutil.which(name)
    if path is None:
        missing(name, "`make test` gets it with apt; otherwise install it so that it is on PATH")
        raise AssertionError(name)
    return path


@pytest.fixture(name="require", scope="session")
def require_fixture() -> Callable[[str], str]:
    """`require` for tests that ask for it by name."""
    return require


@pytest.fixture(scope="session")
def shared() -> Path:
    """The reference material `../shared`, which is not part of the repository."""
    if not SHARED.is_dir():
        missing("../shared", "it holds bodies that may be read but not copied")
    return SHARED
