import re

from triaged.config.reference import markdown


def test_reference_has_a_row_for_each_key_with_type_default_and_meaning() -> None:
    page = markdown()

    assert "| `watch` | true or false | `false` | Whether a change of this file" in page
    assert "| `max_body` | size | `32MiB` | The largest body that is read;" in page
    assert "| `listen` | HOST:PORT, or list of HOST:PORT | `127.0.0.1:9099` | " in page
    assert (
        "| `retention` | [Retention](#retention) |  | Times after which rows are deleted. |" in page
    )
    assert "| `token` or `token_file` | secret | required | Secret that callers send. |" in page
    assert "| `flapping` | [Flapping](#flapping), or `never` |  | " in page
    assert "| `every` | duration, or a share of the response target | `100%` | " in page


def test_reference_has_a_section_for_each_kind() -> None:
    page = markdown()

    for title in ("Source of kind grafana", "Source of kind generic", "Channel of kind webhook"):
        assert f"## {title}\n" in page


def test_reference_of_rules_is_made_the_same_way() -> None:
    page = markdown("rules")

    assert page.startswith("# Rules\n")
    assert "| `severity` | `SEV-1`, `SEV-2`, `SEV-3`, `SEV-4` |  | " in page


def test_links_and_tables_hold() -> None:
    for page in (markdown(), markdown("rules")):
        titles = {title.lower() for title in re.findall(r"^## (.+)$", page, re.MULTILINE)}
        assert set(re.findall(r"\]\(#([^)]+)\)", page)) <= titles
        rows = [line for line in page.splitlines() if line.startswith("|")]
        assert [row for row in rows if row.count("|") - row.count("\\|") != 5] == []
