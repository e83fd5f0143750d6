from pathlib import Path

import pytest

from tests.config.samples import configured, wrong
from triaged.core.records.practice.status_settings import PageComponent

MAIL = (
    "{mail: {kind: email, smtp: 'smtp://127.0.0.1', from: a@example.org}, console: {kind: console}}"
)
SERVICES = "{checkout: {}, search: {}}"


def test_there_is_no_page_unless_somebody_says_so(tmp_path: Path) -> None:
    assert configured(tmp_path).settings.status_page is None


def test_every_service_is_a_component_unless_some_are_named(tmp_path: Path) -> None:
    every = configured(tmp_path, services=SERVICES, status_page="{name: Shop}").settings
    named = configured(
        tmp_path,
        services=SERVICES,
        status_page="{name: Shop, components: {shop: {name: The shop, services: [search]}}}",
    ).settings

    assert every.status_page is not None
    assert named.status_page is not None
    assert [one.services for one in every.status_page.components] == [("checkout",), ("search",)]
    assert named.status_page.components == (PageComponent("shop", "The shop", "", "", ("search",)),)


def test_what_is_left_out_comes_from_the_rest_of_the_file(tmp_path: Path) -> None:
    page = configured(
        tmp_path,
        timezone="Europe/Berlin",
        public_url="https://triaged.example.org",
        status_page="{name: Shop}",
    ).settings.status_page

    assert page is not None
    assert (page.timezone, page.url) == ("Europe/Berlin", "https://triaged.example.org/status")
    assert (page.channel, page.export, page.auto, page.uptime) == ("", "", False, False)


def test_subscribers_get_mail_through_a_channel(tmp_path: Path) -> None:
    page = configured(
        tmp_path,
        channels=MAIL,
        status_page="{name: Shop, subscribers: {channel: mail, from: s@example.org}, export: www}",
    ).settings.status_page

    assert page is not None
    assert (page.channel, page.sender) == ("mail", "s@example.org")
    assert page.export == str(tmp_path / "www")


@pytest.mark.parametrize(
    ("page", "message"),
    [
        ("{name: ''}", "expected a name of 1 to 100 characters"),
        ("{name: Shop, language: '!'}", "expected a language such as en or de-CH"),
        ('{name: Shop, contact: "a\\nb"}', "expected one line of text"),
        ("{name: Shop, timezone: Mars}", "'Mars' is no time zone"),
        ("{name: Shop, components: {x: {}}}", "no service is named x"),
        ("{name: Shop, components: {x: {services: [serch]}}}", "services: 'serch' is none of"),
        ("{name: Shop, components: {'a b': {services: []}}}", "'a b' is no name"),
        ("{name: Shop, subscribers: {channel: console}}", "console is of kind console"),
        ("{name: Shop, subscribers: {channel: mial}}", "channels: 'mial' is none of"),
        ("{name: Shop, subscribers: {channel: mail, from: x}}", "expected an address such as"),
        (
            "{name: Shop, components: {checkout: {group: a}, search: {group: b},"
            " third: {group: a, services: []}}}",
            "put it behind the others of 'a'",
        ),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, page: str, message: str) -> None:
    found = wrong(tmp_path, channels=MAIL, services=SERVICES, status_page=page)

    assert len(found) == 1, found
    assert message in found[0][1]


def test_a_page_has_so_many_components(tmp_path: Path) -> None:
    many = ", ".join(f"s{number}: {{}}" for number in range(101))

    found = wrong(tmp_path, services=f"{{{many}}}", status_page="{name: Shop}")

    assert len(found) == 1
    assert "at most 100 components" in found[0][1]
