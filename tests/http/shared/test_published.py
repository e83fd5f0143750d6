from aiohttp.test_utils import make_mocked_request

from triaged.http.shared.published import Published, answer_with, file_of, is_known

FILE = file_of(b"x" * 2000, "text/plain")
SMALL = file_of(b"x", "text/plain")


def test_an_entity_tag_follows_from_the_body() -> None:
    assert FILE.etag == file_of(b"x" * 2000, "text/html").etag != SMALL.etag
    assert FILE.packed_etag != FILE.etag


def test_what_is_small_is_not_packed() -> None:
    assert SMALL.packed is None
    assert FILE.packed is not None


def test_a_client_gets_what_it_takes() -> None:
    packed = answer_with(make_mocked_request("GET", "/", {"Accept-Encoding": "br, gzip"}), FILE)
    plain = answer_with(make_mocked_request("GET", "/"), FILE)

    assert (packed.headers["Content-Encoding"], packed.headers["ETag"]) == (
        "gzip",
        FILE.packed_etag,
    )
    assert (plain.body, plain.headers["ETag"]) == (FILE.body, FILE.etag)
    assert "Content-Encoding" not in plain.headers


def test_a_client_that_has_it_gets_nothing() -> None:
    asked = {"If-None-Match": FILE.etag}

    answer = answer_with(make_mocked_request("GET", "/", asked), FILE)

    assert (answer.status, answer.body) == (304, None)
    assert is_known("*", FILE)
    assert is_known(f'W/{FILE.packed_etag}, "a"', FILE)
    assert not is_known('"a"', FILE)


def test_files_are_replaced_together() -> None:
    published = Published()
    request = make_mocked_request("GET", "/")
    before = published.answer(request, "/status")

    published.files = {"/status": FILE}

    assert before is None
    assert published.answer(request, "/status") is not None
