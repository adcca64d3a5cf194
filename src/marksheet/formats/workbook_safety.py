"""A workbook is looked through before it is unpacked, so that a hostile one costs nothing."""

import io
import re
import struct
import zipfile
import zlib

from marksheet.formats.problems import BadFile
from marksheet.formats.rows import Limits
from marksheet.formats.wording import Text
from marksheet.formats.wording import say as _

LOCAL_HEADER = struct.Struct("<4s5H3I2H")
MOST_PARTS = 5_000
DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")
OTHER_ENCODINGS = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
CELLS = (b"<c ", b"<c>", b"<c/", b"<c\t", b"<c\n", b"<c\r")
PLAIN_CELL = re.compile(rb'<c r="([A-Z]{1,4})[0-9]')
ROW = re.compile(rb"<row[\s/>]")
PLAIN_ROW = re.compile(rb'<row r="([0-9]{1,9})"')
PLAIN_CELL_ROW = re.compile(rb'<c r="[A-Z]{1,4}([0-9]{1,9})"')
PREFIXED = re.compile(rb":(?:c|row)[\s/>]")
ANY_REFERENCE = re.compile(rb"""\br\s*=\s*["']\s*([A-Za-z]{0,8})([0-9]{1,12})""")
ANY_ROW = re.compile(rb"<(?:\w+:)?row[\s/>]")
ANY_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")


def check(data: bytes, filename: str, limits: Limits) -> None:
    """Refuse a workbook that is cut off, protected, carries macros, or unpacks to more than ``limits``.

    The sizes in the zip directory are not believed: every part is inflated up to its stated size.

    Raises:
        BadFile: any of these.

    Source: docs/rulebook/imports.md#hostile-files.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError, struct.error, UnicodeError):
        raise BadFile(_damaged(filename)) from None
    _check_directory(parts, filename, limits)
    for part in parts:
        _check_part(inflated(data, part, filename), filename, limits)


def _check_directory(parts: list[zipfile.ZipInfo], filename: str, limits: Limits) -> None:
    unpacked = sum(part.file_size for part in parts)
    if unpacked > limits.unpacked_bytes or len(parts) > MOST_PARTS:
        raise BadFile(
            _(
                "“%(file)s” would unpack to %(size)s MiB in %(parts)s parts; at most %(most)s MiB are taken. "
                "Save only the sheet that is needed.",
                file=filename, size=unpacked // 2**20, parts=len(parts), most=limits.unpacked_bytes // 2**20,
            )
        )  # fmt: skip
    names = {part.filename.lower().replace("\\", "/") for part in parts}
    if any(part.flag_bits & 1 for part in parts):
        raise BadFile(_("“%(file)s” is protected by a password. Remove it and send it again.", file=filename))
    if any(name.endswith("vbaproject.bin") or name.startswith("xl/macrosheets/") for name in names):
        raise BadFile(_("“%(file)s” contains macros. Save it as .xlsx without them.", file=filename))
    if "xl/workbook.xml" not in names:
        raise BadFile(_("“%(file)s” is not an XLSX workbook. Save it as .xlsx or as CSV.", file=filename))


def inflated(data: bytes, part: zipfile.ZipInfo, filename: str) -> bytes:
    """Return the content of one part, never more than its stated size.

    Raises:
        BadFile: it holds more or less than it states, or is damaged.
    """
    header = data[part.header_offset : part.header_offset + LOCAL_HEADER.size]
    if len(header) < LOCAL_HEADER.size or header[:4] != b"PK\x03\x04":
        raise BadFile(_damaged(filename))
    fields = LOCAL_HEADER.unpack(header)
    start = part.header_offset + LOCAL_HEADER.size + fields[9] + fields[10]
    packed = data[start : start + part.compress_size]
    if part.compress_type == zipfile.ZIP_STORED:
        content = packed
    elif part.compress_type == zipfile.ZIP_DEFLATED:
        try:
            content = zlib.decompressobj(-15).decompress(packed, part.file_size + 1)
        except zlib.error:
            raise BadFile(_damaged(filename)) from None
    else:
        raise BadFile(_damaged(filename))
    if len(content) != part.file_size or zlib.crc32(content) != part.CRC:
        raise BadFile(_damaged(filename))
    return content


def _check_part(content: bytes, filename: str, limits: Limits) -> None:
    """Look at every part, whatever its name: which of them are sheets is for the workbook to say."""
    if content.startswith(OTHER_ENCODINGS) or any(word in content for word in DECLARATIONS):
        raise BadFile(
            _(
                "“%(file)s” declares XML entities or hides its encoding, which no spreadsheet program does. "
                "It was not read. Save it again as .xlsx.",
                file=filename,
            )
        )
    _check_extent(content, filename, limits)


def _check_extent(content: bytes, filename: str, limits: Limits) -> None:
    """Refuse a sheet whose far corner would make the reader fill more cells than ``limits``."""
    rows, columns = _extent(content)
    if rows > limits.rows:
        raise BadFile(
            _(
                "“%(file)s” has a sheet with %(rows)s rows; at most %(most)s are taken. "
                "Split it into several files.",
                file=filename, rows=rows, most=limits.rows,
            )
        )  # fmt: skip
    if rows * columns > limits.cells:
        raise BadFile(
            _(
                "“%(file)s” has a sheet that reaches to row %(rows)s and column %(columns)s, more than "
                "%(most)s cells. Delete the empty rows and columns at its end, or split it.",
                file=filename, rows=rows, columns=columns, most=limits.cells,
            )
        )  # fmt: skip


def _extent(content: bytes) -> tuple[int, int]:
    """Return an upper bound of the last row and the last column that the reader would fill."""
    cells = PLAIN_CELL.findall(content)
    rows = PLAIN_ROW.findall(content)
    plain = len(cells) == sum(map(content.count, CELLS)) and len(rows) == len(ROW.findall(content))
    if not plain or PREFIXED.search(content):
        return _unusual_extent(content)
    rows_of_cells = set(PLAIN_CELL_ROW.findall(content))
    return max(map(int, rows_of_cells.union(rows)), default=0), max(map(position, set(cells)), default=0)


def _unusual_extent(content: bytes) -> tuple[int, int]:
    """Return a coarser bound for spellings that programs seldom use: cells without a reference, prefixes."""
    names: set[bytes] = set()
    last = 0
    for found in ANY_REFERENCE.finditer(content):
        names.add(found.group(1))
        last = max(last, int(found.group(2)))
    unnumbered = 0
    for piece in ANY_ROW.split(content):
        unnumbered = max(unnumbered, len(ANY_CELL.findall(piece)))
    widest = max((position(name) for name in names if name), default=0)
    return last + len(ANY_ROW.findall(content)), widest + unnumbered


def position(name: bytes) -> int:
    """Return the number of the column that a spreadsheet program calls ``name`` (A is 1)."""
    at = 0
    for letter in name.upper():
        at = at * 26 + letter - 64
    return at


def _damaged(filename: str) -> Text:
    return _(
        "“%(file)s” is damaged or was cut off on its way. Open it, save it again, and send it again.",
        file=filename,
    )
