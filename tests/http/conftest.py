"""Fixtures of these tests: the sites of the API's."""

from tests.api.conftest import open_site, site

__all__ = ["open_site", "site"]
