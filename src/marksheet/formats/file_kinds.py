"""What kind of file a candidate handed in, by its content and its ending together: one alone is not believed."""

import struct
from dataclasses import dataclass
from enum import StrEnum

from marksheet.formats.problems import BadFile, listed
from marksheet.formats.texts import UNKEPT, as_typed
from marksheet.formats.wording import Text
from marksheet.formats.wording import say as _

MOST_TEXT = 2 * 2**20
MOST_PIXELS = 100_000_000


class FileKind(StrEnum):
    """The kinds that are taken."""

    PDF = "pdf"
    PNG = "png"
    JPEG = "jpeg"
    WEBP = "webp"
    MP3 = "mp3"
    M4A = "m4a"
    WAV = "wav"
    TEXT = "text"


IMAGES = frozenset({FileKind.PNG, FileKind.JPEG, FileKind.WEBP})
AUDIO = frozenset({FileKind.MP3, FileKind.M4A, FileKind.WAV})
# How a file is named when it is answered with; never what was sent.
CONTENT_TYPES = {
    FileKind.PDF: "application/pdf",
    FileKind.PNG: "image/png",
    FileKind.JPEG: "image/jpeg",
    FileKind.WEBP: "image/webp",
    FileKind.MP3: "audio/mpeg",
    FileKind.M4A: "audio/mp4",
    FileKind.WAV: "audio/wav",
    FileKind.TEXT: "text/plain; charset=utf-8",
}
TEXTS = (
    "txt", "md", "csv", "tsv", "log", "tex", "bib", "json", "xml", "yaml", "yml", "toml", "ini", "html", "htm", "css",
    "js", "ts", "py", "ipynb", "java", "kt", "scala", "c", "h", "cc", "cpp", "hpp", "cs", "m", "r", "rmd", "jl", "sql",
    "rb", "go", "rs", "swift", "php", "pl", "sh", "hs", "ml", "lisp", "lua", "vb", "pas", "f90", "asm",
)  # fmt: skip
ENDINGS = {
    FileKind.PDF: ("pdf",),
    FileKind.PNG: ("png",),
    FileKind.JPEG: ("jpg", "jpeg"),
    FileKind.WEBP: ("webp",),
    FileKind.MP3: ("mp3",),
    FileKind.M4A: ("m4a",),
    FileKind.WAV: ("wav",),
    FileKind.TEXT: TEXTS,
}
KIND_OF = {ending: kind for kind, endings in ENDINGS.items() for ending in endings}
# Endings of texts that no program runs when they are opened; behind any other, ".txt" is added.
READ_ONLY = frozenset({"txt", "md", "csv", "tsv", "log", "bib", "tex", "json"})
WORDS = {
    FileKind.PDF: "PDF", FileKind.PNG: "PNG", FileKind.JPEG: "JPEG", FileKind.WEBP: "WebP", FileKind.MP3: "MP3",
    FileKind.M4A: "M4A", FileKind.WAV: "WAV",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Recognised:
    """A file that is taken: its kind, and its ending in small letters."""

    kind: FileKind
    ending: str


def recognise(path: str, data: bytes) -> Recognised:
    """Return what a file is, if content and ending say the same kind and it is one that is taken.

    Raises:
        BadFile: another kind, an ending that does not fit, an empty file, a text that is none, a picture of more
            than 100 million points.

    Source: docs/rulebook/imports.md#files-of-candidates.
    """
    ending = path.rpartition("/")[2].rpartition(".")[2].lower() if "." in path.rpartition("/")[2] else ""
    if not data:
        raise BadFile(_("it is empty"))
    found, claimed = _by_content(data), KIND_OF.get(ending)
    if found is None and claimed is not FileKind.TEXT:
        raise BadFile(_unknown(ending, data))
    if found is None:
        text_of(data)
        return Recognised(FileKind.TEXT, ending)
    if found is not claimed:
        raise BadFile(
            _(
                "it ends in “.%(ending)s” and holds %(kind)s. Give it the right ending, or look at what it is",
                ending=ending, kind=WORDS[found],
            )
        )  # fmt: skip
    _check_pixels(found, data)
    return Recognised(found, ending)


def text_of(data: bytes) -> str:
    """Return a text file as text: UTF-8, UTF-16 with its mark, else Windows-1252; line breaks in one way.

    Raises:
        BadFile: it is no text, or longer than 2 MiB.
    """
    if len(data) > MOST_TEXT:
        raise BadFile(_("it is a text of more than %(most)s MiB", most=MOST_TEXT // 2**20))
    text = as_typed(_decoded(data)).replace("\x0c", "\n").replace("\x0b", "\n")
    if UNKEPT.search(text):
        raise BadFile(_("it holds characters that no text has; its ending says that it is one"))
    return text


def safe_ending(kind: str, ending: str) -> str:
    """Return the ending under which a file is downloaded: what a computer would run ends in ".txt"."""
    return ending if kind != FileKind.TEXT or ending in READ_ONLY else f"{ending}.txt"


def _decoded(data: bytes) -> str:
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeError:
            continue
    return "\0"


def _by_content(data: bytes) -> FileKind | None:
    if data.startswith(b"%PDF-"):
        return FileKind.PDF
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return FileKind.PNG
    if data.startswith(b"\xff\xd8\xff"):
        return FileKind.JPEG
    if data[:4] == b"RIFF" and data[8:12] in (b"WEBP", b"WAVE"):
        return FileKind.WEBP if data[8:12] == b"WEBP" else FileKind.WAV
    if data[4:8] == b"ftyp" and data[8:12] in (b"M4A ", b"M4B ", b"mp42", b"isom", b"mp41"):
        return FileKind.M4A
    if data.startswith(b"ID3") or (
        data[0] == 0xFF and len(data) > 1 and data[1] & 0xE6 in (0xE2, 0xE4, 0xE6)
    ):
        return FileKind.MP3
    return None


def _unknown(ending: str, data: bytes) -> Text:
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")):
        return _("it is packed once more, or an Office document. Unpack it, or save it as PDF")
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return _("it is an Office document. Save it as PDF")
    if ending in ("svg", "gif", "tif", "tiff", "bmp", "heic"):
        return _("pictures are taken as PNG, JPEG or WebP. Save it as one of them, or as PDF")
    if ending in ("ogg", "oga", "opus", "flac", "wma", "aac"):
        return _("sound is taken as MP3, M4A or WAV. Save it as one of them")
    if ending in KIND_OF:
        return _(
            "it ends in “.%(ending)s” and is not one; it may be cut off or of another kind", ending=ending
        )
    named = listed(("PDF", "PNG", "JPEG", "WebP", "MP3", "M4A", "WAV"))
    return _("this kind is not taken: %(kinds)s, texts and code are", kinds=named)


def _check_pixels(kind: FileKind, data: bytes) -> None:
    """Refuse a picture that would fill a browser's memory; where the size stands differs from kind to kind."""
    width, height = 0, 0
    if kind is FileKind.PNG and len(data) >= 24:
        width, height = struct.unpack_from(">2I", data, 16)
    elif kind is FileKind.WEBP and data[12:16] == b"VP8X" and len(data) >= 30:
        width = int.from_bytes(data[24:27], "little") + 1
        height = int.from_bytes(data[27:30], "little") + 1
    if width * height > MOST_PIXELS:
        raise BadFile(
            _("the picture has %(width)s × %(height)s points. Make it smaller", width=width, height=height)
        )
