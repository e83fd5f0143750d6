"""`triaged explain` on files, and against a real daemon."""

import json
from pathlib import Path

import pytest

from tests.cli.desk import CONFIG, Desk
from tests.e2e.peers import free_port, triaged
from triaged.cli.main import main

RULES = """
rules:
  - name: checkout-down
    match: ['service="checkout"', 'alertname=~".*Down"']
    set: {severity: SEV-1, title: "{{ labels.service }} is down"}
  - {name: cart, match: ['service="cart"'], set: {severity: SEV-2}}
  - name: watchdog
    description: alerting works
    match: ['alertname="Watchdog"']
    set: {incident: false}
"""
AT = "2026-03-30T10:00:00Z"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration with rules, in the current folder."""
    monkeypatch.chdir(tmp_path)
    config = CONFIG.replace(CONFIG.partition("rules: [")[2].partition("]")[0], "rules.yaml")
    (tmp_path / "config.yaml").write_text(config)
    (tmp_path / "rules.yaml").write_text(RULES)
    return tmp_path


def explain(folder: Path, *words: str, **labels: str) -> int:
    """The exit status of explaining an alert with these labels at AT."""
    (folder / "body.json").write_text(json.dumps([{"labels": labels}]))
    return main(["explain", "body.json", "--config", "config.yaml", "--at", AT, *words])


def test_the_verdict_stands_first_then_why(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert explain(folder, alertname="PodsDown", service="checkout") == 0

    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert lines[0].startswith("PodsDown (prometheus/")
    assert lines[1] == "  SEV-1 by rule:checkout-down: checkout is down"
    assert "  severity  SEV-1 ← rule checkout-down at rules.yaml:3:5" in lines
    assert "policy: default (no rule and no team names one)" in lines
    assert "      0s  step 1: schedule:primary" in lines
    assert "          → alice by desk (console)" in lines
    assert "  rule checkout-down: yes  rules.yaml:3:5" in lines
    assert "  2 more do not match (--all shows them)" in lines
    assert "open incidents, silences and what else fires" in err


def test_a_near_miss_is_shown_and_all_rules_if_asked(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    explain(folder, alertname="PodsDown", service="cart")
    short = capsys.readouterr().out
    explain(folder, "--all", alertname="PodsDown", service="cart")
    long = capsys.readouterr().out

    near = '  rule checkout-down: no: service="cart" is not "checkout" (all else holds)'
    far = '  rule watchdog: no: alertname="PodsDown" is not "Watchdog"'
    assert (near in short, far in short) == (True, False)
    assert (near in long, far in long) == (True, True)


def test_what_opens_nothing_has_no_plan(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    explain(folder, alertname="Watchdog")

    out = capsys.readouterr().out
    assert "opens nothing: it is stored and counted" in out
    assert "\n    alerting works\n" in out
    assert "policy:" not in out


def test_programs_get_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    explain(folder, "-o", "json", alertname="PodsDown", service="checkout")

    (alert,) = json.loads(capsys.readouterr().out)["alerts"]
    assert (alert["severity"], alert["severity_by"]) == ("SEV-1", "rule:checkout-down")
    assert [page["person"] for page in alert["steps"][0]["pages"]] == ["alice"]
    assert alert["respond_by"] == "2026-03-30T10:05:00.000000Z"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["none.json"], "cannot read none.json"),
        (["body.json", "--at", "tomorrow"], "--at 'tomorrow': an instant such as"),
        (["body.json", "--source", "nobody"], "there is no source 'nobody'; there are alert"),
        (["bad.json", "--source", "grafana"], "as a body of grafana it cannot be used"),
        (["body.json", "--source", "prometheus"], "there is no alert in it"),
    ],
)
def test_what_cannot_be_explained_says_why(
    folder: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    (folder / "body.json").write_text("[]")
    (folder / "bad.json").write_text("{")

    status = main(["explain", *words, "--config", "config.yaml"])

    assert status == (2 if message.startswith("--") else 1)
    assert message in capsys.readouterr().err


def test_what_goes_to_quarantine_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    body = [{"labels": {"alertname": "Down"}}, {"labels": {}}]
    (folder / "some.json").write_text(json.dumps(body))

    assert main(["explain", "some.json", "--source", "prometheus", "--config", "config.yaml"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("Down (prometheus/")
    assert "triaged: goes to quarantine: " in err


def test_a_configuration_with_errors_explains_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "rules.yaml").write_text("rules: [{name: a, severty: 1}]")

    assert explain(folder, alertname="Down") == 1
    assert "rules.yaml:1:19" in capsys.readouterr().err


def test_an_incident_and_an_alert_of_a_daemon_are_explained(desk: Desk) -> None:
    desk.fires("PodsDown", service="checkout")
    (alert,) = desk.json("explain", "INC-1")["alerts"]

    status, out, _ = desk("explain", "INC-1")
    one = desk("explain", f"prometheus/{alert['fingerprint']}")[1]

    assert status == 0
    assert out.startswith("INC-1  SEV-2 by rule:label-sev-2: PodsDown")
    assert "  open; policy default, pinned at its opening, an answer was due by 20" in out
    assert f"PodsDown (prometheus/{alert['fingerprint']}, episode 1) joined INC-1: new_key" in out
    assert "    severity  SEV-2 by rule:label-sev-2" in out
    assert "  today's rules are the same" in out
    assert "rules today" in one
    assert desk("explain", "INC-9")[0] == 1
    assert desk("explain", "prometheus/none")[0] == 1


def test_what_would_mute_it_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "rules.yaml").write_text(
        RULES
        + """
maintenance:
  - {name: patching, match: ['env="staging"'], every: "mon 09:00-11:00", timezone: UTC}
suppress:
  - {name: node-down, source: ['alertname="NodeDown"'], target: ['env="staging"'], equal: [cluster]}
"""
    )
    explain(folder, alertname="PodsDown", env="staging", cluster="c1")

    out = capsys.readouterr().out
    assert "muting: maintenance patching: nothing goes out until 20" in out
    assert (
        'muting: suppress node-down: while an alert with alertname="NodeDown" fires'
        ' that has cluster="c1"\n'
    ) in out


def test_what_a_daemon_recorded_in_the_shadow_is_shown(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = (folder / "config.yaml").read_text()
    tried = "  - {name: try, mode: shadow, match: ['env=\"dev\"'], set: {severity: SEV-4}}\n"
    (folder / "rules.yaml").write_text(RULES.replace("rules:\n", f"rules:\n{tried}"))
    port = free_port()
    with triaged(folder, config, port):
        desk = Desk(folder, port, capsys)
        desk.fires("Slow", service="cart", env="dev")
        _, explained, _ = desk("explain", "INC-1")
        _, stats, _ = desk("rule", "stats")

    then, _, today = explained.partition("today's rules are the same")
    assert "SEV-2 by rule:cart" in then
    assert "shadow    try would give severity SEV-4" in then
    assert f"rule try: matches, would give severity SEV-4  {folder}/rules.yaml:3:5" in today
    assert "try (shadow: would change 1)" in stats
