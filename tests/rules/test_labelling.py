"""Tables see what was found in texts."""

from triaged.core.model import Alert
from triaged.rules.extracting import Extraction, compile_extractor, parse_place
from triaged.rules.labelling import NO_LABELLING, Labelling
from triaged.rules.mapping import LabelMapping, read_table


def test_a_table_is_looked_up_by_what_was_extracted() -> None:
    table, _ = read_table(b"shard,team\n7,blue\n", "t.csv", ("shard",), ())
    extraction = Extraction(
        "shard", parse_place("labels.instance"), compile_extractor(r"db-(?P<shard>\d+)")
    )
    labelling = Labelling((extraction,), (LabelMapping("teams", table),))
    alert = Alert("am", "f", firing=True, labels={"instance": "db-7"}, annotations={})

    assert labelling.seen(alert).labels == {"instance": "db-7", "shard": "7", "team": "blue"}
    assert NO_LABELLING.seen(alert) is alert
