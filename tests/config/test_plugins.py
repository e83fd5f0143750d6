from pathlib import Path

import pytest

from tests.config.samples import configured, given, is_only, wrong
from triaged.config.model import Channel, Integration, Source
from triaged.core.settings import Integrations
from triaged.core.time.durations import HOUR
from triaged.ingest import generic, grafana
from triaged.integrations import github
from triaged.plugins import load
from triaged.wire import Secret


def test_four_sources_exist_without_being_listed(tmp_path: Path) -> None:
    found = configured(tmp_path)

    assert found.sources == {
        kind: Source(kind, kind, load("triaged.ingest", kind).Settings())
        for kind in ("alertmanager", "prometheus", "grafana", "generic")
    }
    assert found.settings.stale_after == {
        "alertmanager": 25 * HOUR,
        "grafana": 25 * HOUR,
        "prometheus": None,
        "generic": None,
    }


def test_source_has_the_keys_of_its_kind(tmp_path: Path) -> None:
    own = "fields: {title: $.job}, mapping: {severity: {1: critical}}"
    backups = f"{{kind: generic, stale_after: 2h, token_in_url: true, {own}}}"

    found = configured(tmp_path, sources=f"{{backups: {backups}}}")

    settings = generic.Settings(generic.Fields(title="$.job"), {"severity": {"1": "critical"}})
    assert found.sources["backups"] == Source("backups", "generic", settings, token_in_url=True)
    assert found.settings.stale_after["backups"] == 2 * HOUR
    assert "generic" in found.sources


def test_listed_source_replaces_the_one_of_its_name(tmp_path: Path) -> None:
    found = configured(tmp_path, sources="{grafana: {kind: alertmanager, stale_after: never}}")

    assert found.sources["grafana"].kind == "alertmanager"
    assert found.settings.stale_after["grafana"] is None


def test_secret_of_a_source_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("hunter2\n")

    found = configured(tmp_path, sources="{g: {kind: grafana, hmac_secret_file: key}}")

    settings = found.sources["g"].settings
    assert isinstance(settings, grafana.Settings)
    assert settings.hmac_secret is not None
    assert settings.hmac_secret.reveal() == "hunter2"
    assert tmp_path / "key" in found.files


@pytest.mark.parametrize(
    ("source", "at", "message"),
    [
        ("{}", "{}", "kind is missing: text"),
        (
            "{kind: grafanna}",
            "grafanna",
            "'grafanna' is none of alertmanager, changes, generic, gra",
        ),
        ("{kind: 3}", "3", "expected text, got the number 3"),
        ("{kind: _guess}", "_guess", "'_guess' is none of"),
        (
            "{kind: grafana, hmac_secrt: x}",
            "hmac_secrt",
            "'hmac_secrt' is none of kind, stale_after",
        ),
        ("{kind: grafana, stale_after: 0s}", "0s", "expected some time, or `never`"),
        (
            "{kind: generic, stale: 1h}",
            "stale",
            "'stale' is none of kind, stale_after, expect_every",
        ),
        ("{kind: generic, fields: {labels: {a: $.}}}", "$.", "fields.labels.a: "),
        ("{kind: generic, fields: {alerts: items}}", "items", "fields.alerts: 'items' is no path"),
    ],
)
def test_source_that_cannot_be_is_wrong(tmp_path: Path, source: str, at: str, message: str) -> None:
    found = wrong(tmp_path, sources=f"{{s: {source}}}")

    assert is_only(found, at, message), found


def test_source_has_a_name_for_its_address(tmp_path: Path) -> None:
    found = wrong(tmp_path, sources="{a/b: {kind: generic}}")

    assert is_only(found, "a/b", "'a/b' is no name"), found


def test_channel_has_the_keys_of_its_kind(tmp_path: Path) -> None:
    mail = "{kind: email, smtp: 'smtps://mail.example.org', from: a@b.org, timeout: 5s}"

    found = configured(tmp_path, channels=f"{{console: {{kind: console}}, mail: {mail}}}")

    email = load("triaged.channels", "email").Settings
    settings = email(smtp="smtps://mail.example.org", sender="a@b.org", timeout="5s")
    assert found.channels["mail"] == Channel("mail", "email", settings)
    assert found.settings.channels == {"console", "mail"}


@pytest.mark.parametrize(
    ("channel", "at", "message"),
    [
        (
            "{kind: emial}",
            "emial",
            "'emial' is none of apprise, console, discord",
        ),
        ("{kind: email, from: a@b.org}", "{kind", "smtp is missing: text"),
        ("{kind: email, smtp: here, from: a@b.org}", "{kind", "smtp must be smtp://host[:port] or"),
        (
            "{kind: webhook, url: 'ftp://a'}",
            "{kind",
            "url must be http://… or https://… with a hos",
        ),
        ("{kind: webhook, url: 'http://a', secret: [x]}", "[x]", "expected text, got a list"),
        ("{kind: console, colour: red}", "colour", "'colour' is none of kind"),
    ],
)
def test_channel_that_cannot_be_is_wrong(
    tmp_path: Path, channel: str, at: str, message: str
) -> None:
    found = wrong(tmp_path, channels=f"{{console: {{kind: console}}, c: {channel}}}")

    assert is_only(found, at, message), found


def test_channel_that_is_doubtful_is_told_of_and_works(tmp_path: Path) -> None:
    flow = "https://prod-1.westeurope.logic.azure.com/workflows/x"
    channels = f"{{console: {{kind: console}}, t: {{kind: teams, flow: '{flow}'}}}}"

    loaded = given(tmp_path, channels=channels)

    (problem,) = loaded.problems
    assert problem.warning
    assert problem.message.startswith("flow: flows at *.logic.azure.com stopped on 2025-11-30")
    assert loaded.configuration is not None
    assert "t" in loaded.configuration.channels


def test_broken_channel_is_still_a_name(tmp_path: Path) -> None:
    people = "{alice: {contacts: {a: {channel: hook}}}}"

    found = wrong(tmp_path, channels="{hook: {kind: webhook}}", people=people)

    assert is_only(found, "{kind: webhook}", "url is missing: text"), found


GITHUB = "{kind: github, repository: o/r, token: t}"


def test_integration_has_the_keys_of_its_kind_and_is_known_by_what_it_does(tmp_path: Path) -> None:
    hook = "{kind: webhook, url: 'https://bot.example.org'}"
    page = "{kind: statuspage, page: p4g3, token: t}"

    found = configured(tmp_path, integrations=f"{{gh: {GITHUB}, rooms: {hook}, page: {page}}}")

    assert found.integrations["gh"] == Integration(
        "gh", "github", github.Settings("o/r", Secret("t"))
    )
    assert found.settings.integrations == Integrations(("gh",), ("rooms",), ("page",), "gh")


def test_of_two_trackers_one_is_named(tmp_path: Path) -> None:
    both = f"{{a: {GITHUB}, b: {GITHUB}}}"

    assert configured(tmp_path, integrations=both).settings.integrations.tracker is None
    found = configured(tmp_path, integrations=both, tracker="b")
    assert found.settings.integrations.tracker == "b"


@pytest.mark.parametrize(
    ("integration", "at", "message"),
    [
        ("{kind: githib}", "githib", "'githib' is none of github"),
        ("{kind: github, repository: o, token: t}", "{kind", "repository must be owner/name"),
        (
            "{kind: gitlab, project: p, token: t}",
            "{kind",
            "project must be group/project, or its number",
        ),
        (
            "{kind: jira, url: 'https://j', project: ops, email: e, token: t}",
            "{kind",
            "project must be the key of a project, such as OPS",
        ),
        ("{kind: statuspage, page: /, token: t}", "{kind", "page must be the id of a page"),
        ("{kind: webhook, url: 'ftp://a'}", "{kind", "url must be http://… or https://…"),
    ],
)
def test_integration_that_cannot_be_is_wrong(
    tmp_path: Path, integration: str, at: str, message: str
) -> None:
    found = wrong(tmp_path, integrations=f"{{i: {integration}}}")

    assert is_only(found, at, message), found


def test_tracker_that_keeps_no_issues_is_wrong(tmp_path: Path) -> None:
    page = "{kind: statuspage, page: p4g3, token: t}"

    found = wrong(tmp_path, integrations=f"{{p: {page}}}", tracker="p # here")

    assert is_only(found, "p # here", "p is of kind statuspage, which keeps no issues"), found


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("'https://m/{{ incident.title }}'", "'incident.title' is not known here"),
        ("'{{ incident.id }}'", "expected a URL"),
    ],
)
def test_call_that_is_no_address_is_wrong(tmp_path: Path, call: str, message: str) -> None:
    assert is_only(wrong(tmp_path, call=call), call, message)


def test_a_channel_that_runs_a_program_has_to_be_permitted(tmp_path: Path) -> None:
    channels = "{console: {kind: console}, own: {kind: exec, command: [/bin/true]}}"

    found = wrong(tmp_path, channels=channels)
    allowed = configured(tmp_path, channels=channels, allow_exec="true")

    assert is_only(found, "exec, command", "it runs a program: `allow_exec: true` in this file")
    assert allowed.channels["own"].kind == "exec"


def test_channel_and_integration_have_no_name_in_common(tmp_path: Path) -> None:
    found = wrong(
        tmp_path,
        channels="{chat: {kind: webhook, url: 'https://x.example'}}",
        integrations="{chat: {kind: webhook, url: 'https://x.example'}}",
    )

    assert any("/callbacks/chat would be both" in str(one) for one in found)
