"""A zip of candidates' files is looked through before it is unpacked, and nothing is unpacked by its name."""

import io
import re
import stat
import struct
import unicodedata
import zipfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from marksheet.formats.problems import BadFile
from marksheet.formats.wording import Text
from marksheet.formats.wording import say as _
from marksheet.formats.workbook_safety import inflated

END = struct.Struct("<4s4H2IH")
DIRECTORY_BYTES = 4 * 2**20
TIMES = 200
SMALL = 2**20
LONGEST_NAME = 250
TAKEN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# What computers add by themselves: nobody handed it in.
ADDED = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|\._|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)
DRIVE = re.compile(r"[A-Za-z]:")


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """How much of a zip is taken; what is larger is refused before it is unpacked.

    Args:
        bytes: size of the zip as sent.
        files: files and folders in it.
        unpacked_bytes: size of its files together, unpacked.
        file_bytes: size of one file.
    """

    bytes: int = 100 * 2**20
    files: int = 5_000
    unpacked_bytes: int = 400 * 2**20
    file_bytes: int = 50 * 2**20


@dataclass(frozen=True, slots=True)
class Packed:
    """One file in a zip: its path with "/" between folders, in composed letters, and its size unpacked."""

    path: str
    size: int
    entry: zipfile.ZipInfo


@dataclass(frozen=True, slots=True)
class Archive:
    """What is in a zip that was looked through; ``added`` counts what a computer put there by itself."""

    data: bytes
    name: str
    files: tuple[Packed, ...]
    added: int

    def contents(self, paths: Collection[str]) -> Iterator[tuple[Packed, bytes]]:
        """Yield the files at ``paths`` with their content, one at a time; raises BadFile for one that is damaged."""
        for one in self.files:
            if one.path in paths:
                yield one, inflated(self.data, one.entry, self.name)


def read_archive(data: bytes, filename: str, *, limits: ArchiveLimits | None = None) -> Archive:
    """Return what is in a zip, without unpacking it.

    Sizes are those that the zip states; ``contents`` inflates no further than that, and refuses a file that lies.

    Raises:
        BadFile: it is no zip, or cut off, protected, too large unpacked, packed in a strange way, or has names or
            links that lead elsewhere. Nothing of it is taken.

    Source: docs/rulebook/imports.md#hostile-files.
    """
    limits = limits or ArchiveLimits()
    _check_sizes(data, filename, limits)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError, struct.error, UnicodeError):
        raise BadFile(_damaged(filename)) from None
    _check_entries(entries, filename, limits)
    packed = [Packed(_path(entry, filename), entry.file_size, entry) for entry in entries]
    files = [one for one in packed if not one.entry.is_dir() and not one.path.endswith("/")]
    wanted = tuple(one for one in files if not ADDED.search(one.path))
    if not wanted:
        raise BadFile(_("“%(file)s” has no file in it. Pack the files of the candidates.", file=filename))
    return Archive(data, filename, wanted, len(files) - len(wanted))


def _check_sizes(data: bytes, filename: str, limits: ArchiveLimits) -> None:
    """Look at the end of the zip, before its directory is read into memory."""
    if not data:
        raise BadFile(_("“%(file)s” is empty. Save it again and send it again.", file=filename))
    if len(data) > limits.bytes:
        raise BadFile(
            _(
                "“%(file)s” is larger than %(most)s MiB. Send the candidates in several zip files.",
                file=filename, most=limits.bytes // 2**20,
            )
        )  # fmt: skip
    if not data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        raise BadFile(
            _("“%(file)s” is not a zip file. Pack the files of the candidates into one.", file=filename)
        )
    at = data.rfind(b"PK\x05\x06")
    if at < 0 or at + END.size > len(data):
        raise BadFile(_damaged(filename))
    files, directory = END.unpack_from(data, at)[4:6]
    if data[max(0, at - 20) : at - 16] == b"PK\x06\x07":
        raise BadFile(
            _("“%(file)s” is packed as a very large zip (ZIP64). Pack fewer files at a time.", file=filename)
        )
    if files > limits.files or directory > DIRECTORY_BYTES:
        raise BadFile(_too_many(filename, files, limits))


def _check_entries(entries: list[zipfile.ZipInfo], filename: str, limits: ArchiveLimits) -> None:
    if len(entries) > limits.files:
        raise BadFile(_too_many(filename, len(entries), limits))
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > limits.unpacked_bytes:
        raise BadFile(
            _(
                "“%(file)s” would unpack to %(size)s MiB; at most %(most)s MiB are taken. "
                "Send the candidates in several zip files.",
                file=filename, size=unpacked // 2**20, most=limits.unpacked_bytes // 2**20,
            )
        )  # fmt: skip
    for entry in entries:
        _check_entry(entry, filename, limits)


def _check_entry(entry: zipfile.ZipInfo, filename: str, limits: ArchiveLimits) -> None:
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if entry.flag_bits & 0x41:
        raise BadFile(_("“%(file)s” is protected by a password. Pack it again without one.", file=filename))
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise BadFile(
            _(
                "“%(file)s” has a link or a device in it (“%(name)s”). Nothing was taken. Pack the files themselves.",
                file=filename, name=_shown(entry.filename),
            )
        )  # fmt: skip
    if entry.compress_type not in TAKEN:
        raise BadFile(
            _(
                "“%(file)s” packs “%(name)s” in a way that is not taken. Pack it again as an ordinary zip.",
                file=filename, name=_shown(entry.filename),
            )
        )  # fmt: skip
    if entry.file_size > limits.file_bytes:
        raise BadFile(
            _(
                "“%(name)s” in “%(file)s” has %(size)s MiB unpacked; at most %(most)s are taken. Make it smaller.",
                file=filename, name=_shown(entry.filename), size=-(-entry.file_size // 2**20),
                most=limits.file_bytes // 2**20,
            )
        )  # fmt: skip
    if entry.file_size > SMALL and entry.file_size > TIMES * entry.compress_size:
        raise BadFile(
            _(
                "“%(name)s” in “%(file)s” would unpack to more than %(times)s times its size, as no honest file does. "
                "Nothing was taken.",
                file=filename, name=_shown(entry.filename), times=TIMES,
            )
        )  # fmt: skip


def _path(entry: zipfile.ZipInfo, filename: str) -> str:
    """Return the path of an entry; a name that leads out of the zip, or hides what it is, refuses all of it."""
    name = unicodedata.normalize("NFC", entry.orig_filename.replace("\\", "/"))
    pieces = name.split("/")
    odd = (
        not name.strip("/ .")
        or name.startswith("/")
        or DRIVE.match(name)
        or any(piece in (".", "..") for piece in pieces)
        or any(not character.isprintable() for character in name)
        or len(name) > LONGEST_NAME
    )
    if odd:
        raise BadFile(
            _(
                "“%(file)s” has a name in it that leads elsewhere, hides something or is very long (“%(name)s”). "
                "Nothing was taken. Name the files by candidate number and pack them again.",
                file=filename, name=_shown(name),
            )
        )  # fmt: skip
    return name


def _shown(name: str) -> str:
    plain = "".join(character if character.isprintable() else "?" for character in name)
    return plain if len(plain) <= 60 else f"{plain[:59]}…"


def _too_many(filename: str, files: int, limits: ArchiveLimits) -> Text:
    return _(
        "“%(file)s” has %(files)s files in it; at most %(most)s are taken. Send the candidates in several zip files.",
        file=filename, files=files, most=limits.files,
    )  # fmt: skip


def _damaged(filename: str) -> Text:
    return _(
        "“%(file)s” is damaged or was cut off on its way. Pack it again, and send it again.", file=filename
    )
