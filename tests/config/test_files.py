from pathlib import Path

import pytest

from triaged.config.files import FILES_MAX, SECRET_BYTES_MAX, Files, MissingSecret
from triaged.errors import Problem
from triaged.wire import MISSING_SECRET


def files(folder: Path, **environment: str) -> Files:
    return Files(folder / "config.yaml", environment)


@pytest.mark.parametrize("content", ["hunter2", "hunter2\n", "hunter2\r\n"])
def test_secret_is_the_line_of_its_file(tmp_path: Path, content: str) -> None:
    (tmp_path / "key").write_bytes(content.encode())

    secret, problem = files(tmp_path).secret("key", "a:1:1")

    assert problem is None
    assert secret is not None
    assert secret.reveal() == "hunter2"


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"hunter2\nmore", b"\xff\xfe", b"a\0b", b"x" * (SECRET_BYTES_MAX + 1)]
)
def test_file_that_holds_no_secret_is_an_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key").write_bytes(content)

    secret, problem = files(tmp_path).secret("key", "a:1:1")

    assert secret is None
    assert problem == Problem("a:1:1", "key holds no secret: one line of text is expected")


def test_missing_secret_is_a_warning_of_its_own(tmp_path: Path) -> None:
    secret, problem = files(tmp_path).secret("key", "a:1:1")

    message = f"{tmp_path}/key cannot be read: no such file or directory"
    assert secret is MISSING_SECRET
    assert problem == MissingSecret("a:1:1", message, warning=True)


def test_credentials_of_systemd_have_a_directory(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("hunter2")
    text = "${CREDENTIALS_DIRECTORY}/key"

    secret, _ = files(Path("/nowhere"), CREDENTIALS_DIRECTORY=str(tmp_path)).secret(text, "a")
    _, problem = files(tmp_path).secret(text, "a")

    assert secret is not None
    assert secret.reveal() == "hunter2"
    assert problem is not None
    assert problem.message.startswith("CREDENTIALS_DIRECTORY is not set")


def test_other_variables_are_not_expanded(tmp_path: Path) -> None:
    _, problem = files(tmp_path, HOME="/home/a").secret("${HOME}/key", "a")

    assert problem is not None
    assert "${HOME}/key" in problem.message


def test_rule_files_are_sorted_and_relative_to_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "rules" / "tests").mkdir(parents=True)
    for name in ("90-b.yaml", "10-a.yaml", "x.txt", "tests/t.yaml"):
        (tmp_path / "rules" / name).write_text("")
    read = files(tmp_path)

    found, wrong = read.matching("rules/*.yaml")

    assert wrong == []
    assert found == [tmp_path / "rules/10-a.yaml", tmp_path / "rules/90-b.yaml"]
    assert read.seen == [tmp_path / "config.yaml", tmp_path / "rules", *found]
    assert read.matching(str(tmp_path / "rules" / "*.yaml")) == (found, [])
    assert read.matching("rules/10-a.yaml") == (found[:1], [])
    assert read.matching("absent/*.yaml") == ([], [])


def test_no_rule_file_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").symlink_to("nothing")
    (tmp_path / "b.yaml").mkdir()
    for number in range(FILES_MAX + 1):
        (tmp_path / f"c{number:03}.yaml").write_text("")

    found, wrong = files(tmp_path).matching("*.yaml")

    assert len(found) == FILES_MAX
    assert wrong == [
        f"{tmp_path}/a.yaml is a link to nothing",
        f"{tmp_path}/b.yaml is a directory: name the files in it, such as *.yaml",
        f"{FILES_MAX + 1} files: a pattern may name {FILES_MAX}; write several",
    ]


def test_files_for_others_are_looked_at(tmp_path: Path) -> None:
    (tmp_path / "cert.pem").write_text("x")

    assert files(tmp_path).readable("cert.pem", "a") == (str(tmp_path / "cert.pem"), None)
    assert isinstance(files(tmp_path).readable("key.pem", "a")[1], MissingSecret)


def test_store_begins_in_the_state_directory(tmp_path: Path) -> None:
    assert files(tmp_path).store_path("a.db") == str(tmp_path / "a.db")
    assert files(tmp_path, STATE_DIRECTORY="/var/lib/t:/x").store_path("a.db") == "/var/lib/t/a.db"
    assert files(tmp_path).store_path("/srv/a.db") == "/srv/a.db"


def test_text_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    read = files(tmp_path)

    assert read.text(tmp_path / "config.yaml") == Problem(
        str(tmp_path / "config.yaml"),
        "cannot be read: no such file or directory; "
        "--config, or TRIAGED_CONFIG in the environment, names another",
    )
    assert read.text(tmp_path) == Problem(str(tmp_path), "cannot be read: is a directory")


def test_a_name_with_a_dot_is_matched_only_by_a_dot(tmp_path: Path) -> None:
    for name in ("10.yaml", ".#20.yaml", "._10.yaml", ".git/x.yaml", "team/a.yaml", "team/.b.yaml"):
        path = tmp_path / "rules" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")

    def names(pattern: str) -> list[str]:
        found, wrong = files(tmp_path).matching(pattern)
        assert wrong == []
        return [str(path.relative_to(tmp_path / "rules")) for path in found]

    assert names("rules/*.yaml") == ["10.yaml"]
    assert names("rules/?[_]*.yaml") == []
    assert names("rules/*/*.yaml") == ["team/a.yaml"]
    assert names("rules/**/*.yaml") == ["10.yaml", "team/a.yaml"]
    assert names("rules/.[_#]*.yaml") == [".#20.yaml", "._10.yaml"]
    assert names("rules/.#20.yaml") == [".#20.yaml"]
    assert names("rules/.git/*") == [".git/x.yaml"]
    assert names(str(tmp_path / "rules" / "*.yaml")) == ["10.yaml"]


def test_a_configuration_may_stand_below_a_folder_with_a_dot(tmp_path: Path) -> None:
    path = tmp_path / ".config" / "triaged" / "rules.yaml"
    path.parent.mkdir(parents=True)
    path.write_text("")

    assert files(path.parent).matching("*.yaml") == ([path], [])
    assert files(tmp_path).matching(f"{path.parent}/*.yaml") == ([path], [])


def test_a_broken_link_with_a_dot_is_no_error(tmp_path: Path) -> None:
    (tmp_path / ".#a.yaml").symlink_to("somebody@host.1234")

    assert files(tmp_path).matching("*.yaml") == ([], [])
