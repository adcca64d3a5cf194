"""Files of exports stand in private storage, each under its export and the hash of its content."""

import hashlib
from contextlib import suppress
from pathlib import Path
from typing import IO

from django.core.files import File
from django.core.files.storage import default_storage

from marksheet.entrypoints.shared.intake.files import sync

FOLDER = "exports"
CHUNK = 1 << 20


def keep_file(ref: str, path: Path) -> tuple[str, str, int]:
    """Store a finished file and have it on the disk before a row names it; return place, hash and bytes.

    The same content of the same export is stored once.
    """
    with path.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        place = f"{FOLDER}/{ref[:2]}/{ref}/{sha256}"
        if not default_storage.exists(place):
            stream.seek(0)
            written = default_storage.save(place, File(stream))
            sync(written)
            if written != place and default_storage.exists(place):
                default_storage.delete(written)
    return place, sha256, path.stat().st_size


def open_file(place: str) -> IO[bytes]:
    """Open a stored file for reading.

    Raises:
        FileNotFoundError: it was thrown away.
    """
    stream: IO[bytes] = default_storage.open(place)
    return stream


def throw_away(ref: str) -> int:
    """Delete whatever was stored for an export, also what an interrupted try left; return how many files."""
    place, count = f"{FOLDER}/{ref[:2]}/{ref}", 0
    with suppress(FileNotFoundError):
        for name in default_storage.listdir(place)[1]:
            default_storage.delete(f"{place}/{name}")
            count += 1
    return count
