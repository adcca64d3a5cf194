"""An export as CSV: the decimal sign, encoding and delimiter of the reader, and no formulas."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import BinaryIO

from marksheet.outputs.exports.writers.columns import Column, Row, Value, spelled
from marksheet.outputs.exports.writers.manifest import Digest, DoesNotFit, Written

ENCODINGS = ("utf-8-sig", "utf-8", "utf-16")
DELIMITERS = (",", ";", "\t")
# What makes a spreadsheet program work a text out, and what can stand before that unseen.
FORMULAS = ("=", "+", "-", "@", "|", "%", "\t", "\r", "\n")
NUMBER = re.compile(r"-?[0-9,.]+")


def write_csv(
    stream: BinaryIO,
    columns: Sequence[Column],
    rows: Iterable[Row],
    *,
    decimal_sign: str = ".",
    encoding: str = "utf-8-sig",
    delimiter: str = ",",
    manifest: Mapping[str, object] | None = None,
    expected_rows: int | None = None,
) -> Written:
    """Write a heading and ``rows`` to ``stream``, row by row; the stream stays open.

    A text that a spreadsheet program would work out begins with an apostrophe. The manifest belongs
    beside the file (``Written.manifest_json``).

    Raises:
        ValueError: an unknown decimal sign, encoding or delimiter.
        RowsLost: a row of the wrong length, or not ``expected_rows`` of them; throw the file away.
    """
    if decimal_sign not in (".", ",") or encoding not in ENCODINGS or delimiter not in DELIMITERS:
        raise ValueError(
            f"unknown decimal sign, encoding or delimiter: {decimal_sign!r} {encoding} {delimiter!r}"
        )
    digest = Digest(columns, expected_rows)
    text = io.TextIOWrapper(stream, encoding=encoding, newline="", write_through=False)
    try:
        writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
        writer.writerow([guarded(str(column.label)) for column in columns])
        for row in rows:
            digest.check(row)
            texts = [spelled(value) for value in row]
            digest.add(texts)
            _write(writer, row, texts, decimal_sign, digest.rows)
        sha256 = digest.close()
    finally:
        text.flush()
        text.detach()
    return Written(digest.rows, (), sha256, digest.manifest(manifest or {}, sha256, ()))


def _write(writer: object, row: Row, texts: list[str], decimal_sign: str, number: int) -> None:
    cells = [_cell(value, text, decimal_sign) for value, text in zip(row, texts, strict=True)]
    try:
        writer.writerow(cells)  # type: ignore[attr-defined]
    except UnicodeEncodeError as error:
        raise DoesNotFit(
            f"Row {number} holds a character that no text file can hold: {error.reason}."
        ) from None


def _cell(value: Value, text: str, decimal_sign: str) -> str:
    if isinstance(value, str):
        return guarded(text)
    return text.replace(".", ",") if decimal_sign == "," and not hasattr(value, "isoformat") else text


def guarded(text: str) -> str:
    """Return ``text`` with an apostrophe before it if a spreadsheet program would work it out; nothing else changes.

    Example: ``guarded("=cmd()|x") == "'=cmd()|x"``, ``guarded("-1.5") == "-1.5"``.
    """
    return "'" + text if text.startswith(FORMULAS) and not NUMBER.fullmatch(text) else text
