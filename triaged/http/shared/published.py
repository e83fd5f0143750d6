"""Files that are served from memory: rendered when what they show changes, never at a request."""

import gzip
import hashlib
from collections.abc import Mapping

import msgspec
from aiohttp import web

from triaged.http.answers import EVERYWHERE

GZIP_LEVEL = 6
GZIP_MIN = 1024
"""Bytes: what is shorter fits one packet as it is."""

CACHE = "max-age=30, stale-if-error=86400"
"""A cache in front asks every 30 s, and goes on for a day when we are away."""


class File(msgspec.Struct, frozen=True):
    """A file as it is served."""

    body: bytes
    etag: str
    headers: Mapping[str, str]
    packed: bytes | None
    """The body after gzip; None where that gains nothing."""

    @property
    def packed_etag(self) -> str:
        """The entity tag of the packed body, which is another entity."""
        return f'{self.etag[:-1]}-gzip"'


def file_of(body: bytes, kind: str, headers: Mapping[str, str] | None = None) -> File:
    """The body as it is served; its entity tag follows from the body alone."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    packed = gzip.compress(body, GZIP_LEVEL, mtime=0) if len(body) >= GZIP_MIN else None
    named = {
        **EVERYWHERE,
        **(headers or {}),
        "Content-Type": kind,
        "Cache-Control": CACHE,
        "Vary": "Accept-Encoding",
    }
    return File(body, etag, named, packed)


class Published:
    """The files that there are now, by path. They are replaced together."""

    def __init__(self) -> None:
        self.files: Mapping[str, File] = {}

    def answer(self, request: web.BaseRequest, path: str) -> web.Response | None:
        """The file at a path, or that the client has it already; None: there is none."""
        file = self.files.get(path)
        return None if file is None else answer_with(request, file)


def answer_with(request: web.BaseRequest, file: File) -> web.Response:
    """The file in the encoding that the client takes, or 304."""
    asked = request.headers.get("If-None-Match")
    takes = "gzip" in request.headers.get("Accept-Encoding", "")
    packed = file.packed if takes else None
    etag = file.etag if packed is None else file.packed_etag
    headers = {**file.headers, "ETag": etag}
    if asked is not None and is_known(asked, file):
        del headers["Content-Type"]
        return web.Response(status=304, headers=headers)
    if packed is not None:
        headers["Content-Encoding"] = "gzip"
    return web.Response(body=file.body if packed is None else packed, headers=headers)


def is_known(asked: str, file: File) -> bool:
    """Whether an If-None-Match names the file: https://www.rfc-editor.org/rfc/rfc9110#name-if-none-match."""
    tags = {tag.strip().removeprefix("W/") for tag in asked.split(",")}
    return bool(tags & {"*", file.etag, file.packed_etag})
