"""Style sheet and scripts: named by their content, small, and all there."""

import gzip
import re

from triaged.web._console.assets import FOLDER, asset, files, names, text_of

CSS_MAX = 12_000
JS_MAX = 25_000
LINES_MAX = 200


def packed(*wanted: str) -> int:
    return sum(len(gzip.compress(text_of(name).encode(), 6)) for name in wanted)


def test_imports_name_files_that_are_served() -> None:
    for name in names():
        for imported in re.findall(r'from "\./([^"]+)"', text_of(name)):
            assert imported in files(), name


def test_a_name_changes_with_the_content() -> None:
    assert re.fullmatch(r"/static/site\.[0-9a-f]{12}\.css", asset("site.css"))
    assert len(files()) == len(names())


def test_styles_and_scripts_keep_their_size() -> None:
    scripts = [name for name in names() if name.endswith(".js")]
    lengths = {name: len((FOLDER / name).read_text().splitlines()) for name in scripts}

    assert packed("site.css") <= CSS_MAX
    assert packed(*scripts) <= JS_MAX
    assert {name: lines for name, lines in lengths.items() if lines > LINES_MAX} == {}
