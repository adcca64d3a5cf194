"""Uploaded files stand in private storage under the hash of their content; nobody can fetch them by an address."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import PurePath

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from marksheet.apps.exams.actions.imports import StoredFile
from marksheet.apps.ledger.errors import BadInput
from marksheet.formats.tables import Limits

FOLDER = "private"


def store_file(name: str, chunks: Iterable[bytes]) -> StoredFile:
    """Write a file and have it on the disk before anything names it; the same content is stored once.

    Raises:
        BadInput: it is empty, or larger than is taken.
    """
    return keep_content(name, gathered(name, chunks))


def keep_content(name: str, data: bytes) -> StoredFile:
    """Write content and have it on the disk before anything names it; the same content is stored once."""
    sha256 = hashlib.sha256(data).hexdigest()
    place = place_of(sha256)
    if not default_storage.exists(place):
        written = default_storage.save(place, ContentFile(data))
        sync(written)
        if written != place and default_storage.exists(place):
            default_storage.delete(written)
    return StoredFile(name=plain_name(name), sha256=sha256, path=place, size=len(data))


def place_of(sha256: str) -> str:
    """Return where content of this SHA-256 stands."""
    return f"{FOLDER}/{sha256[:2]}/{sha256}"


def read_file(path: str, sha256: str) -> bytes:
    """Return the content of a stored file.

    Raises:
        BadInput: it is not there, or it is not what was uploaded.
    """
    try:
        with default_storage.open(path) as file:
            data: bytes = file.read()
    except OSError:
        data = b""
    if hashlib.sha256(data).hexdigest() != sha256:
        raise BadInput(_("The stored file is missing or damaged. Upload it again."))
    return data


def plain_name(name: str) -> str:
    """Return the last part of a file's name without control characters, at most 120 characters long."""
    last = PurePath(name.replace("\\", "/")).name
    return "".join(character for character in last if character.isprintable())[-120:] or "file"


def gathered(name: str, chunks: Iterable[bytes]) -> bytes:
    """Return what was sent.

    Raises:
        BadInput: it is empty, or larger than is taken.
    """
    most, data = Limits().bytes, bytearray()
    for chunk in chunks:
        data += chunk
        if len(data) > most:
            raise BadInput(
                _(
                    "“%(file)s” is larger than %(most)s MiB. Split it, and send the pieces one after the other."
                )
                % {"file": plain_name(name), "most": most // 2**20}
            )
    if not data:
        raise BadInput(
            _("“%(file)s” is empty. Save it again and send it again.") % {"file": plain_name(name)}
        )
    return bytes(data)


def sync(place: str) -> None:
    """Force a file to the disk where the storage is one; object stores answer only when they have it."""
    try:
        path = default_storage.path(place)
    except NotImplementedError:
        return
    for name, flags in ((path, os.O_RDWR), (os.path.dirname(path), os.O_RDONLY)):  # noqa: PTH120
        handle = os.open(name, flags)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
