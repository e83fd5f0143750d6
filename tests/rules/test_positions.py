"""Each part of a rule has its place."""

from triaged.rules.read import RuleContext, read_rules
from triaged.yamlschema.document import parse

RULES = """rules:
  - name: a
    match:
      - a=1, b=2
      - c=3
    set:
      title: down
      labels:
        tier: '1'
      group_by:
        - team
        - service
"""


def test_parts_are_named_and_matchers_counted_through() -> None:
    rules, problems = read_rules([parse("r.yaml", RULES.encode())], RuleContext())

    assert problems == []
    assert rules.rules[0].positions == {
        "match.0": "r.yaml:4:9",
        "match.1": "r.yaml:4:9",
        "match.2": "r.yaml:5:9",
        "title": "r.yaml:7:14",
        "labels.tier": "r.yaml:9:15",
        "group_by.team": "r.yaml:11:11",
        "group_by.service": "r.yaml:12:11",
    }
