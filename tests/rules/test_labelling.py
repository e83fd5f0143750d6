"""Tables see what was found in texts."""

from hypothesis import given
from hypothesis import strategies as st

from triaged.core.records.model import Alert
from triaged.rules.extracting import Extraction, compile_extractor, parse_alert_field
from triaged.rules.labelling import NO_LABELLING, AddedLabel, Labelling
from triaged.rules.mapping import LabelMapping, read_table


def test_a_table_is_looked_up_by_what_was_extracted() -> None:
    table, _ = read_table(b"shard,team\n7,blue\n", "t.csv", ("shard",), ())
    extraction = Extraction(
        "shard", parse_alert_field("labels.instance"), compile_extractor(r"db-(?P<shard>\d+)")
    )
    labelling = Labelling((extraction,), (LabelMapping("teams", table),))
    alert = Alert("am", "f", firing=True, labels={"instance": "db-7"}, annotations={})

    assert labelling.seen(alert).labels == {"instance": "db-7", "shard": "7", "team": "blue"}
    assert NO_LABELLING.seen(alert) is alert


def labelling() -> Labelling:
    """Two texts and two tables, of which later ones repeat labels of earlier ones."""
    zone = compile_extractor(r"(?P<zone>\w+)-(?P<shard>\d+)")
    team = compile_extractor(r"(?P<zone>\w+) of (?P<team>\w+)")
    owners, _ = read_table(b"shard,zone,team\n7,*,blue\n*,eu,red\n", "o.csv", ("shard", "zone"), ())
    tiers, _ = read_table(b"team,tier,zone\nblue,1,us\n\n*,3,\n", "t.csv", ("team",), ())
    return Labelling(
        (
            Extraction("zone", parse_alert_field("labels.instance"), zone, "r.yaml:2:5"),
            Extraction("team", parse_alert_field("annotations.text"), team, "r.yaml:5:5"),
        ),
        (LabelMapping("owners", owners, "o.csv"), LabelMapping("tiers", tiers, "t.csv")),
    )


def test_an_added_label_names_its_text_or_its_row() -> None:
    alert = Alert("am", "f", firing=True, labels={"instance": "eu-7"}, annotations={})

    assert labelling().added(alert) == [
        AddedLabel("shard", "7", "extract:zone", "labels.instance", "r.yaml:2:5"),
        AddedLabel("zone", "eu", "extract:zone", "labels.instance", "r.yaml:2:5"),
        AddedLabel("team", "blue", "mapping:owners", "shard=7, zone=*", "o.csv:2"),
        AddedLabel("tier", "1", "mapping:tiers", "team=blue", "t.csv:2"),
    ]
    assert NO_LABELLING.added(alert) == []


@given(
    st.dictionaries(
        st.sampled_from(["instance", "zone", "shard", "team", "tier"]),
        st.sampled_from(["eu-7", "us-8", "eu", "7", "blue", ""]),
    ),
    st.sampled_from(["", "eu of red", "us of blue", "eu-7"]),
)
def test_what_is_told_is_what_was_added(labels: dict[str, str], text: str) -> None:
    alert = Alert("am", "f", firing=True, labels=labels, annotations={"text": text})

    added = labelling().added(alert)

    assert labels | {one.name: one.value for one in added} == labelling().seen(alert).labels
    assert not {one.name for one in added} & labels.keys()
