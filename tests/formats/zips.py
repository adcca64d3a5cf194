"""Zips of candidates' files, honest and hostile, and the files in them, made here byte by byte."""

import io
import struct
import zipfile
from collections.abc import Mapping

from marksheet.entrypoints.jobs.demo.papers import pdf, png, png_chunk

PDF = pdf("Report", ["A first line (with brackets).", "A second one."])
PNG = png(2, 2, [b"\xff\xff\xff\0\0\0", b"\0\0\0\xff\xff\xff"])
CODE = b"def largest(items):\n\treturn max(items)  # <script>alert(1)</script>\n"


def zipped(files: Mapping[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip of path -> content."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return out.getvalue()


def described_pdf(text: bytes) -> bytes:
    """Return a PDF that says of itself who wrote it, in two ways."""
    info = b"7 0 obj\n<< /Author (%s) /Title (Essay) >>\nendobj\n" % text
    packet = b"<?xpacket begin='' id='W5M0'?><dc:creator>%s</dc:creator><?xpacket end='w'?>" % text
    xmp = b"8 0 obj\n<< /Type /Metadata /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (
        len(packet),
        packet,
    )
    at = PDF.index(b"xref\n")
    return (PDF[:at] + info + xmp + PDF[at:]).replace(b"/Root 1 0 R", b"/Root 1 0 R /Info 7 0 R")


def described_png(text: bytes) -> bytes:
    """Return a PNG into which a camera wrote ``text``."""
    at = PNG.index(b"IDAT") - 4
    return PNG[:at] + png_chunk(b"tEXt", b"Author\0" + text) + png_chunk(b"eXIf", text) + PNG[at:]


def jpeg(*, orientation: int = 1, comment: bytes = b"", width: int = 2, height: int = 2) -> bytes:
    """Return the frame of a JPEG with Exif and a comment; no picture that anybody could look at."""
    tag = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
    maker = struct.pack(">HHII", 0x010F, 2, len(comment), 38)
    tiff = b"MM" + struct.pack(">HIH", 42, 8, 2) + maker + tag + struct.pack(">I", 0) + comment

    def segment(marker: int, body: bytes) -> bytes:
        return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body

    frame = struct.pack(">BHHB", 8, height, width, 1) + b"\1\x11\0"
    return b"".join(
        (
            b"\xff\xd8",
            segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0"),
            segment(0xE1, b"Exif\0\0" + tiff),
            segment(0xED, b"Photoshop 3.0\0" + comment),
            segment(0xFE, comment),
            segment(0xC0, frame),
            segment(0xDA, b"\1\1\0\0\x3f\0"),
            b"\x12\xff\x00\x34\xff\xd0\x56",
            b"\xff\xd9",
            comment,
        )
    )


def riff(name: bytes, *chunks: tuple[bytes, bytes]) -> bytes:
    """Return a RIFF file of chunks."""
    body = name + b"".join(
        kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for kind, data in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body


def wav(text: bytes = b"") -> bytes:
    """Return a short silence, with ``text`` beside it."""
    form = struct.pack("<HHIIHH", 1, 1, 8000, 8000, 1, 8)
    said = ((b"LIST", b"INFOIART" + text),) if text else ()
    return riff(b"WAVE", (b"fmt ", form), *said, (b"data", b"\x80" * 800))


def mp3(text: bytes = b"") -> bytes:
    """Return frames of silence, with ``text`` before and behind."""
    before = b"ID3\4\0\0" + bytes((0, 0, len(text) >> 7, len(text) & 127)) + text if text else b""
    behind = b"TAG" + text.ljust(125, b"\0")[:125] if text else b""
    return before + (b"\xff\xfb\x10\xc0" + bytes(100)) * 3 + behind


def m4a(text: bytes = b"") -> bytes:
    """Return the boxes of a recording, with ``text`` in one of them."""

    def box(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I4s", len(body) + 8, name) + body

    moov = box(b"mvhd", bytes(20)) + box(b"trak", box(b"udta", text)) + box(b"udta", text)
    return box(b"ftyp", b"M4A \0\0\0\0") + box(b"moov", moov) + box(b"mdat", bytes(40))
