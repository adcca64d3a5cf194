"""Files lose what cameras and programs wrote into them: names, places, comments; the work stays."""

import re
import struct
import zlib
from collections.abc import Iterator
from itertools import islice

from marksheet.formats.file_kinds import MOST_PIXELS, FileKind
from marksheet.formats.problems import BadFile
from marksheet.formats.wording import say as _

PNG_KEPT = frozenset(
    (
        b"IHDR",
        b"PLTE",
        b"IDAT",
        b"IEND",
        b"tRNS",
        b"gAMA",
        b"cHRM",
        b"sRGB",
        b"iCCP",
        b"sBIT",
        b"bKGD",
        b"pHYs",
    )
)
WEBP_DROPPED = (b"EXIF", b"XMP ")
WAV_KEPT = (b"fmt ", b"data", b"fact")
# A marker within compressed data of a JPEG: FF that is neither stuffed nor a restart.
NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
PADDING = re.compile(rb"\xff+")
SIZES = frozenset((*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0)))
# The trailer of a PDF, in a dictionary that also names its root, says which object describes it.
INFO = re.compile(rb"/Info\s{1,9}([0-9]{1,9})\s{1,9}([0-9]{1,5})\s{1,9}R")
NEAR = 2_000
DESCRIPTION = 20_000
# No honest file is made of more; each costs a step.
MOST_PIECES = 50_000
DICTIONARY = re.compile(rb"\s{0,9}<<")
MOST_INFOS = 50
MOST_OBJECTS = 5
XMP = (b"<?xpacket begin", b"<?xpacket end")
BOXES = (b"moov", b"trak")
BOXES_DROPPED = (b"udta", b"meta", b"uuid")
ORIENTATION = 0x0112


def without_metadata(kind: FileKind, data: bytes) -> bytes:
    """Return a file without what was written into it beside the work; the same file gives the same bytes.

    A photograph keeps how it is to be turned, and its colours. A text stays as it is. In a PDF the description (author,
    title, program) is blanked and no reader is led to it; one that stands packed within other objects stays there.

    Raises:
        BadFile: it is damaged, or a picture of more than 100 million points.

    Source: docs/rulebook/imports.md#files-of-candidates.
    """
    strip = {
        FileKind.PDF: _pdf, FileKind.PNG: _png, FileKind.JPEG: _jpeg, FileKind.WEBP: _webp,
        FileKind.WAV: _wav, FileKind.MP3: _mp3, FileKind.M4A: _m4a,
    }.get(kind)  # fmt: skip
    if strip is None:
        return data
    try:
        return strip(data)
    except (struct.error, IndexError, ValueError) as error:
        if isinstance(error, BadFile):
            raise
        raise _damaged() from None


def _damaged() -> BadFile:
    return BadFile(_("it is damaged or cut off"))


def _pdf(data: bytes) -> bytes:
    """Blank what describes a PDF; nothing moves, since its table counts from the file's beginning."""
    out = bytearray(data)
    led = (
        found
        for found in INFO.finditer(data)
        if data.find(b"/Root", max(0, found.start() - NEAR), found.end() + NEAR) >= 0
    )
    described: dict[bytes, None] = {}
    for found in islice(led, MOST_INFOS):
        out[found.start() : found.end()] = b" " * len(found[0])
        described[b"%s %s obj" % found.groups()] = None
    for begin in islice(described, MOST_OBJECTS):
        _blank_objects(out, begin)
    at = data.find(XMP[0])
    while at >= 0:
        start, end = data.find(b">", at) + 1, data.find(XMP[1], at)
        if not 0 < start <= end:
            break
        out[start:end] = b" " * (end - start)
        at = data.find(XMP[0], end)
    return bytes(out)


def _blank_objects(out: bytearray, begin: bytes) -> None:
    """Empty the dictionary of one object, wherever it stands, as often as it was written."""
    at = -1
    for _time in range(MOST_INFOS):
        at = out.find(begin, at + 1)
        if at < 0:
            return
        first = DICTIONARY.match(out, at + len(begin))
        end = out.find(b"endobj", at, at + DESCRIPTION)
        last = out.rfind(b">>", at, end) if end >= 0 else -1
        if first and first.end() <= last and not out[at - 1 : at].isdigit():
            inside = slice(first.end(), last)
            if b"stream" not in out[inside]:
                out[inside] = b" " * (last - inside.start)


def _png(data: bytes) -> bytes:
    out, at = [data[:8]], 8
    for _piece in range(MOST_PIECES):
        length, name = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if (
            end > len(data)
            or zlib.crc32(data[at + 4 : end - 4]) != struct.unpack_from(">I", data, end - 4)[0]
        ):
            raise _damaged()
        if name in PNG_KEPT:
            out.append(data[at:end])
        at = end
        if name == b"IEND":
            return b"".join(out)
    raise _damaged()


def _jpeg(data: bytes) -> bytes:
    out, at = [b"\xff\xd8"], 2
    for _piece in range(MOST_PIECES):
        padding = PADDING.match(data, at)
        if padding is None:
            raise _damaged()
        at = padding.end() - 1
        marker = data[at + 1]
        if marker == 0xD9:
            out.append(b"\xff\xd9")
            return b"".join(out)
        end = at + 2 + struct.unpack_from(">H", data, at + 2)[0]
        if end > len(data):
            raise _damaged()
        out.append(_jpeg_segment(marker, data[at:end]))
        at = end
        if marker == 0xDA:
            found = NEXT_MARKER.search(data, at)
            if found is None:
                raise _damaged()
            out.append(data[at : found.start()])
            at = found.start()
    raise _damaged()


def _jpeg_segment(marker: int, segment: bytes) -> bytes:
    """Return what is kept of one segment."""
    if marker in SIZES:
        height, width = struct.unpack_from(">2H", segment, 5)
        if width * height > MOST_PIXELS:
            raise BadFile(
                _(
                    "the picture has %(width)s × %(height)s points. Make it smaller",
                    width=width,
                    height=height,
                )
            )
    if marker == 0xE1 and segment[4:10] == b"Exif\0\0":
        return _turned(_orientation(segment[10:]))
    kept = (
        marker == 0xE0
        or (marker == 0xE2 and segment[4:16] == b"ICC_PROFILE\0")
        or (marker == 0xEE and segment[4:9] == b"Adobe")
        or not (0xE0 <= marker <= 0xEF or marker == 0xFE)
    )
    return segment if kept else b""


def _orientation(tiff: bytes) -> int:
    """Return how a photograph is to be turned, 1 to 8; 1 where nothing says so."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None or len(tiff) < 10:
        return 1
    at = struct.unpack_from(f"{order}I", tiff, 4)[0]
    if at + 2 > len(tiff):
        return 1
    entries = struct.unpack_from(f"{order}H", tiff, at)[0]
    for n in range(min(entries, (len(tiff) - at - 2) // 12)):
        tag, _kind, _count, value = struct.unpack_from(f"{order}HHIH", tiff, at + 2 + 12 * n)
        if tag == ORIENTATION and 1 <= value <= 8:
            return int(value)
    return 1


def _turned(orientation: int) -> bytes:
    if orientation == 1:
        return b""
    tiff = struct.pack("<2sHIHHHIHHI", b"II", 42, 8, 1, ORIENTATION, 3, 1, orientation, 0, 0)
    return b"\xff\xe1" + struct.pack(">H", 8 + len(tiff)) + b"Exif\0\0" + tiff


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield (name, the whole chunk with its padding) of a RIFF file."""
    at = 12
    for _piece in range(MOST_PIECES):
        if at + 8 > len(data):
            return
        name, length = struct.unpack_from("<4sI", data, at)
        end = at + 8 + length
        if end > len(data):
            raise _damaged()
        yield name, data[at:end] + (b"\0" if length % 2 else b"")
        at = end + length % 2
    raise _damaged()


def _riff(data: bytes, chunks: list[bytes]) -> bytes:
    body = data[8:12] + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _webp(data: bytes) -> bytes:
    kept = []
    for name, chunk in _chunks(data):
        if name == b"VP8X":
            chunk = chunk[:8] + bytes([chunk[8] & ~0x0C & 0xFF]) + chunk[9:]
        if name not in WEBP_DROPPED:
            kept.append(chunk)
    return _riff(data, kept)


def _wav(data: bytes) -> bytes:
    found = [(name, chunk) for name, chunk in _chunks(data) if name in WAV_KEPT]
    if not {b"fmt ", b"data"} <= {name for name, _chunk in found}:
        raise _damaged()
    return _riff(data, [chunk for _name, chunk in found])


def _mp3(data: bytes) -> bytes:
    at, end = 0, len(data)
    for _piece in range(MOST_PIECES):
        if data[at : at + 3] != b"ID3":
            break
        size = data[at + 6 : at + 10]
        at += 10 + (size[0] << 21 | size[1] << 14 | size[2] << 7 | size[3])
    if data[end - 128 : end - 125] == b"TAG":
        end -= 128
    if data[end - 32 : end - 24] == b"APETAGEX":
        length, _items, flags = struct.unpack_from("<3I", data, end - 20)
        end -= length + (32 if flags & 1 << 31 else 0)
    at = data.find(b"\xff", at)
    if at < 0 or end - at < 4 or data[at + 1] & 0xE0 != 0xE0:
        raise _damaged()
    return data[at:end]


def _m4a(data: bytes) -> bytes:
    """Empty the boxes that describe a recording; nothing moves, since others count from the file's beginning."""
    out = bytearray(data)
    _emptied(out, 0, len(out), 0, iter(range(MOST_PIECES)))
    return bytes(out)


def _emptied(out: bytearray, at: int, end: int, depth: int, pieces: Iterator[int]) -> None:
    while at + 8 <= end:
        if next(pieces, None) is None:
            raise _damaged()
        length, name = struct.unpack_from(">I4s", out, at)
        body, stop = at + 8, at + length
        if length == 1:
            body, stop = at + 16, at + struct.unpack_from(">Q", out, at + 8)[0]
        elif length == 0:
            stop = end
        if stop > end or stop < body:
            raise _damaged()
        if name in BOXES_DROPPED:
            out[at + 4 : at + 8] = b"free"
            out[body:stop] = bytes(stop - body)
        elif name in BOXES and depth < 3:
            _emptied(out, body, stop, depth + 1, pieces)
        at = stop
