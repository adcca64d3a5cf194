"""A manifest says what an export holds, so that its reader can check that nothing is missing."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from marksheet.outputs.exports.writers.columns import Column, Row, spelled

SCHEMA_VERSION = 1
HOW = "SHA-256 over one line of compact JSON per row, each value as a CSV file with a point shows it"


class RowsLost(RuntimeError):
    """The rows that came in are not the rows that went out."""


class DoesNotFit(ValueError):
    """Something cannot be held by the chosen format; the message says what, where, and what to do."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written.

    Args:
        rows: without headings.
        sheets: names of the sheets with rows; empty for CSV.
        sha256: of the rows, equal for every format.
        manifest: what the caller gave and the above.
        split: the rows did not fit on one sheet.
    """

    rows: int
    sheets: tuple[str, ...]
    sha256: str
    manifest: Mapping[str, object]

    @property
    def split(self) -> bool:
        """Say whether the rows stand on more than one sheet."""
        return len(self.sheets) > 1

    @property
    def manifest_json(self) -> str:
        """Return the manifest as readable JSON, to lie beside a CSV file."""
        return json.dumps(self.manifest, ensure_ascii=False, indent=2, sort_keys=True, default=str)


class Digest:
    """Counts rows and hashes them as they pass."""

    def __init__(self, columns: Sequence[Column], expected_rows: int | None) -> None:
        self.rows = 0
        self._columns = columns
        self._expected = expected_rows
        self._hash = hashlib.sha256()
        self._encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

    def check(self, row: Row) -> None:
        """Refuse a row that has more or fewer cells than there are columns, before it is written.

        Raises:
            RowsLost: it has.
        """
        if len(row) != len(self._columns):
            raise RowsLost(f"Row {self.rows + 1} has {len(row)} cells for {len(self._columns)} columns.")

    def add(self, texts: Sequence[str]) -> None:
        """Count one row and hash its spelled values."""
        self.rows += 1
        self._hash.update(self._encode(texts).encode("utf-8", "surrogatepass") + b"\n")

    def close(self) -> str:
        """Return the hash of all rows.

        Raises:
            RowsLost: there were more or fewer than expected.
        """
        if self._expected is not None and self.rows != self._expected:
            raise RowsLost(f"{self._expected} rows were to be exported and {self.rows} came.")
        return self._hash.hexdigest()

    def manifest(self, given: Mapping[str, object], sha256: str, sheets: Sequence[str]) -> dict[str, object]:
        """Return ``given`` with counts, columns and the hash."""
        return {
            "schema_version": SCHEMA_VERSION,
            **given,
            "rows": self.rows,
            "columns": [column.key for column in self._columns],
            "sheets": list(sheets),
            "sha256": sha256,
            "sha256_of": HOW,
        }


def rows_digest(columns: Sequence[Column], rows: Iterable[Row]) -> str:
    """Return the hash that a manifest states for ``rows``, to check a file against its source."""
    digest = Digest(columns, None)
    for row in rows:
        digest.check(row)
        digest.add([spelled(value) for value in row])
    return digest.close()
