"""Fixtures of the API's tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.api.site import Site, serving


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    """A triaged that wants tokens."""
    async with serving(tmp_path) as running:
        yield running


@pytest.fixture
async def open_site(tmp_path: Path) -> AsyncIterator[Site]:
    """A triaged under `auth: none`."""
    async with serving(tmp_path, auth="none") as running:
        yield running
