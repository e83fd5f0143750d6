"""What `make run` installs is the part of the lock that the daemon needs, with its hashes."""

import tomllib

from tests.conftest import ROOT
from tools.environment import daemon_packages, entries, name_of, subset

LOCK = """\
# made by make lock
aiohttp==3.14.5 \\
    --hash=sha256:aa \\
    --hash=sha256:ab
    # via
    #   triaged (pyproject.toml)
    #   pytest-aiohttp
multidict==7.2.1 \\
    --hash=sha256:ba
    # via aiohttp
pytest-aiohttp==1.1.1 \\
    --hash=sha256:ca
    # via triaged (pyproject.toml)
typing-extensions==4.16.0 ; python_full_version < '3.13' \\
    --hash=sha256:da
    # via multidict
"""


def test_subset_holds_what_is_required_of_what_is_required() -> None:
    part = subset(LOCK, {"aiohttp"})

    assert list(entries(part)) == ["aiohttp", "multidict", "typing-extensions"]
    assert all(part.count(text) == 1 for text in entries(part).values())
    assert "--hash=sha256:ab" in part


def test_names_have_one_form() -> None:
    assert name_of("types_PyYAML>=6 ; python_version < '4'") == "types-pyyaml"


def test_daemon_needs_no_test_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    names = entries(subset((ROOT / "requirements.lock").read_text(), daemon_packages(project)))

    assert {"aiohttp", "asyncpg", "multidict", "yarl"} <= names.keys()
    assert not {"pytest", "mypy", "ruff", "hypothesis"} & names.keys()
