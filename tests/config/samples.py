"""Configurations for tests: a small one that is right, with sections put in place of its own."""

from collections.abc import Mapping
from pathlib import Path

from triaged.config.model import Configuration
from triaged.config.read import Loaded, load

SMALL = {
    "channels": "{console: {kind: console}}",
    "people": "{alice: {contacts: {desk: {channel: console}}}}",
    "policies": '{default: {steps: [{notify: ["person:alice"]}]}}',
    "rules": "[]",
}


def read(folder: Path, text: str, environment: Mapping[str, str] | None = None) -> Loaded:
    """`text` as `config.yaml` in `folder`, read."""
    path = folder / "config.yaml"
    path.write_text(text)
    return load(path, environment or {})


def given(folder: Path, **sections: str) -> Loaded:
    """The small configuration with `sections` (one line each) before what they do not replace."""
    whole = sections | {name: text for name, text in SMALL.items() if name not in sections}
    return read(folder, "".join(f"{name}: {text}\n" for name, text in whole.items()))


def configured(folder: Path, **sections: str) -> Configuration:
    """What these sections make, which must be right."""
    loaded = given(folder, **sections)
    assert [str(problem) for problem in loaded.problems if not problem.warning] == []
    assert loaded.configuration is not None
    return loaded.configuration


def wrong(folder: Path, **sections: str) -> list[tuple[str, str]]:
    """What is wrong with these sections: (what stands there to the line's end, message)."""
    problems = given(folder, **sections).problems
    lines = (folder / "config.yaml").read_text().splitlines()
    found = []
    for problem in problems:
        line, column = map(int, problem.where.removeprefix(f"{folder}/config.yaml:").split(":"))
        message = problem.message.replace(f"{folder}/", "")
        found.append((lines[line - 1][column - 1 :], message))
    return found


def is_only(found: list[tuple[str, str]], at: str, message: str) -> bool:
    """Whether one problem was found: it points to a text that begins so, and its message does."""
    return len(found) == 1 and found[0][0].startswith(at) and found[0][1].startswith(message)
