"""A CSV file is read by its own delimiter and encoding, and refused rather than guessed at."""

import csv
import io
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator

from marksheet.formats.problems import BadFile
from marksheet.formats.rows import Raw
from marksheet.formats.wording import Text
from marksheet.formats.wording import say as _

ENCODINGS = ("utf-8-sig", "utf-16", "windows-1252", "windows-1250", "windows-1251", "iso-8859-2")
DELIMITERS = (",", ";", "\t")
SAMPLE_CHARACTERS = 65_536
SAMPLE_ROWS = 20
CONTROL = re.compile("[\x00-\x08\x0e-\x1f]")
CONTROL_BYTES = re.compile(CONTROL.pattern.encode())
SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\r?\n', re.IGNORECASE)
MARKUP = re.compile(r"\s*<(!doctype|html|table|\?xml)", re.IGNORECASE)


def read(data: bytes, filename: str, encoding: str, delimiter: str) -> Raw:
    """Return the rows of a CSV file.

    Raises:
        BadFile: the bytes are no text in a known encoding, or quotes do not close.
    """
    text, notes = decode(data, filename, encoding)
    skipped = SEPARATOR_LINE.match(text)
    if skipped:
        text = text[skipped.end() :]
        delimiter = delimiter or skipped[1]
    if not text.strip():
        raise BadFile(_("“%(file)s” is empty. Save it again and send it again.", file=filename))
    first = 2 if skipped else 1
    return Raw(_rows(text, delimiter or detect_delimiter(text), filename, first), notes=notes)


def decode(data: bytes, filename: str, encoding: str = "") -> tuple[str, tuple[Text, ...]]:
    """Return the text of ``data`` and a note where its encoding had to be guessed.

    Raises:
        BadFile: binary data, or bytes that the encoding does not know.
    """
    notes: tuple[Text, ...] = ()
    if encoding and encoding not in ENCODINGS:
        raise BadFile(_("The encoding “%(name)s” is not known here.", name=encoding))
    name = encoding or _marked(data)
    if name != "utf-16" and (found := CONTROL_BYTES.search(data)):
        raise BadFile(_no_text(filename, data.count(b"\n", 0, found.start()) + 1))
    try:
        text = data.decode(name)
    except UnicodeDecodeError as error:
        if encoding or name != "utf-8-sig":
            raise BadFile(_undecodable(filename, name, error.start)) from None
        text, notes = _as_windows(data, filename)
    if MARKUP.match(text):
        raise BadFile(_no_text(filename, 1))
    if found_late := CONTROL.search(text):
        raise BadFile(_no_text(filename, text.count("\n", 0, found_late.start()) + 1))
    return text, notes


def _no_text(filename: str, line: int) -> Text:
    return _(
        "“%(file)s” is not a CSV file: line %(line)s holds what only other kinds of files hold. "
        "Save it as CSV in UTF-8, or as .xlsx.",
        file=filename, line=line,
    )  # fmt: skip


def _marked(data: bytes) -> str:
    if data.startswith(BOM_UTF8):
        return "utf-8-sig"
    return "utf-16" if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8-sig"


def _as_windows(data: bytes, filename: str) -> tuple[str, tuple[Text, ...]]:
    try:
        text = data.decode("windows-1252")
    except UnicodeDecodeError as error:
        raise BadFile(_undecodable(filename, "Windows-1252", error.start)) from None
    note = _(
        "“%(file)s” is not in UTF-8; it was read as Windows-1252. Look at names with accents, and choose "
        "another encoding if they are wrong.",
        file=filename,
    )
    return text, (note,)


def _undecodable(filename: str, encoding: str, at: int) -> Text:
    return _(
        "“%(file)s” cannot be read as %(encoding)s: byte %(at)s does not belong there. "
        "Save it as CSV in UTF-8 and send it again.",
        file=filename, encoding=encoding, at=at + 1,
    )  # fmt: skip


def detect_delimiter(text: str) -> str:
    """Return the delimiter that splits the first rows most, preferring one that splits them evenly."""
    sample = text[:SAMPLE_CHARACTERS]
    whole = len(sample) == len(text)

    def fit(delimiter: str) -> tuple[bool, int]:
        widths = _widths(sample, delimiter, whole=whole)
        return (widths[0] > 1 and len(set(widths)) == 1, widths[0])

    return max(DELIMITERS, key=fit)


def _widths(sample: str, delimiter: str, *, whole: bool) -> list[int]:
    widths: list[int] = []
    try:
        for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
            if row:
                widths.append(len(row))
            if len(widths) > SAMPLE_ROWS:
                break
    except csv.Error:
        pass
    if not whole and 1 < len(widths) <= SAMPLE_ROWS:
        widths.pop()  # the sample may have cut the last row
    return widths or [0]


def _rows(text: str, delimiter: str, filename: str, first: int) -> Iterator[tuple[int, tuple[str, ...]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = first - 1
    try:
        for number, row in enumerate(reader, start=first):
            yield number, tuple(row)
    except csv.Error as error:
        raise BadFile(
            _(
                "“%(file)s” cannot be read after row %(row)s: %(why)s. A quote may be missing, or the file "
                "was cut off. Save it again as CSV and send it again.",
                file=filename, row=number, why=error,
            )
        ) from None  # fmt: skip
