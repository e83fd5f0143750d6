"""The tables of `core/lifecycle.py` as the reference draws them."""

from triaged.core.lifecycle import MEANINGS, OPENINGS, TRANSITIONS, WAYS, Fact


def diagram() -> str:
    """The table as a Mermaid state diagram, for the docs."""
    lines = ["stateDiagram-v2", "    [*] --> open"]
    for state, verbs in TRANSITIONS.items():
        lines += [f"    {state} --> {after}: {verb}" for verb, after in verbs.items()]
        if not verbs:
            lines.append(f"    {state} --> [*]")
    return "\n".join(lines)


def condition_table() -> str:
    """The conditions with their facts, and the ways between them, as Markdown for the docs."""
    lines = ["| Condition | Meaning | Always | Never |", "| --- | --- | --- | --- |"]
    for condition, meaning in MEANINGS.items():
        always, never = (
            ", ".join(fact for fact in Fact if fact in facts) or "–"
            for facts in (meaning.always, meaning.never)
        )
        lines.append(f"| `{condition}` | {meaning.text} | {always} | {never} |")
    lines += ["", "| From | By | To |", "| --- | --- | --- |"]
    ways = [("(new)", way) for way in OPENINGS]
    ways += [(f"`{condition}`", way) for condition, found in WAYS.items() for way in found]
    for name, way in ways:
        by = ", ".join(sorted(what.__name__ for what in way.by))
        lines.append(f"| {name} | {by} | {', '.join(f'`{to}`' for to in way.to)} |")
    return "\n".join(lines)
