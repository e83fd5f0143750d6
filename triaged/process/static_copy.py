"""A folder that is replaced as a whole: readers see the old files or the new ones, never a mixture.

The folder is a symbolic link, which is replaced in one step, to a folder beside it.
"""

import os
import shutil
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from triaged.errors import CopyFailed

KEPT = 2
"""Copies that stay: a web server may still read from the one before."""

VERSION_CHARACTERS = 16


def replace_copy(folder: Path, files: Mapping[str, bytes]) -> bool:
    """Have `folder` hold exactly these files; False: it holds them already.

    Raises CopyFailed.
    """
    try:
        return _replace(folder, files)
    except OSError as error:
        reason = error.strerror or str(error)
        raise CopyFailed(f"the static copy {folder} cannot be written: {reason}") from error


def _replace(folder: Path, files: Mapping[str, bytes]) -> bool:
    if folder.exists() and not folder.is_symlink():
        if not folder.is_dir() or any(folder.iterdir()):
            raise CopyFailed(
                f"{folder} is there and is no copy of ours: move it away, or choose another folder"
            )
        folder.rmdir()
    folder.parent.mkdir(parents=True, exist_ok=True)
    version = folder.parent / f".{folder.name}-{_version(files)}"
    if folder.is_symlink() and folder.resolve() == version.resolve() and version.is_dir():
        return False
    _write(version, files)
    _point(folder, version)
    _drop_old(folder, version)
    return True


def _version(files: Mapping[str, bytes]) -> str:
    digest = sha256()
    for path, body in sorted(files.items()):
        digest.update(f"{path}\0{len(body)}\0".encode())
        digest.update(body)
    return digest.hexdigest()[:VERSION_CHARACTERS]


def _write(version: Path, files: Mapping[str, bytes]) -> None:
    """Write the files beside the folder; a half-written version has another name."""
    made = version.with_name(f"{version.name}.{os.getpid()}")
    shutil.rmtree(made, ignore_errors=True)
    for path, body in files.items():
        target = made / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(body)
    shutil.rmtree(version, ignore_errors=True)
    made.rename(version)


def _point(folder: Path, version: Path) -> None:
    link = folder.with_name(f".{folder.name}.{os.getpid()}.link")
    link.unlink(missing_ok=True)
    link.symlink_to(version.name)
    link.replace(folder)


def _drop_old(folder: Path, current: Path) -> None:
    found = [
        path
        for path in folder.parent.glob(f".{folder.name}-*")
        if path.is_dir() and not path.is_symlink() and path != current
    ]
    found.sort(key=lambda path: path.stat().st_mtime_ns, reverse=True)
    for path in found[KEPT - 1 :]:
        shutil.rmtree(path, ignore_errors=True)
