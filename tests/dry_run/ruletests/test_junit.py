import xml.etree.ElementTree as ET

from tests.dry_run.played import judged
from triaged.dry_run.ruletests.junit import failure_lines, junit, summary
from triaged.errors import Problem

INPUT = "input: [{alertname: Down, severity: SEV-1}]"


def test_a_report_counts_and_names_what_failed() -> None:
    good = judged(f"{INPUT}, expect: {{severity: SEV-1}}")
    bad = judged(f"{INPUT}, expect: {{title: '<Up> & \"away\"', pages: []}}")

    root = ET.fromstring(junit("rules", [good, bad], [1_000, 2_500_000]).encode())

    suite = root[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("time")) == ("2", "1", "2.501")
    assert [case.get("file") for case in suite] == ["t.yaml", "t.yaml"]
    assert len(suite[0]) == 0
    (failure,) = suite[1]
    assert failure.get("message") == "title, pages"
    assert 'expected <Up> & "away", got Down' in (failure.text or "")


def test_a_report_has_no_characters_that_xml_forbids() -> None:
    result = judged('input: [{alertname: "a\\u0001b"}], expect: {severity: SEV-1}')

    assert "\x01" not in junit("rules", [result], [0])


def test_a_failure_says_why_and_what_decided() -> None:
    result = judged(f"{INPUT}, do: [{{close: bob}}], expect: {{severity: SEV-2, pages: []}}")

    assert summary(result) == "severity, pages, acts"
    lines = failure_lines(result)
    assert lines[0].startswith("cannot be done: t.yaml:1:")
    assert lines[1] == "severity: expected SEV-2, got SEV-1"
    assert lines[2:4] == ["pages (- expected, + went out):", "  + 0s  alice by desk"]
    assert lines[-2].startswith("decided: INC-1 SEV-1 by rule:label-SEV-1")


def test_what_is_no_test_is_an_error() -> None:
    report = junit("rules", [], [], [Problem("t.yaml:3:9", "'sevrity' is none of <those>")])

    suite = ET.fromstring(report.encode())[0]
    assert (suite.get("tests"), suite.get("errors"), suite.get("failures")) == ("1", "1", "0")
    assert (suite[0].get("file"), suite[0].get("line")) == ("t.yaml", "3")
    assert suite[0].get("name") == "the file can be read"
    assert suite[0][0].get("message") == "'sevrity' is none of <those>"


def test_file_that_cannot_be_read_is_one_case_of_one_name_whatever_is_wrong_in_it() -> None:
    first, second = Problem("t.yaml:3:9", "one"), Problem("t.yaml:7:1", "two")

    suite = ET.fromstring(junit("rules", [], [], [first, second]).encode())[0]

    assert (suite.get("tests"), suite.get("errors")) == ("1", "1")
    assert suite[0][0].text == "t.yaml:3:9: one\nt.yaml:7:1: two"
