"""Numbered rows are what a reader of one kind of file hands on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from marksheet.formats.wording import Text

Cell = str


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file is taken; what is larger is refused before it is unpacked.

    Args:
        bytes: size of the file as sent.
        unpacked_bytes: size of a workbook's parts together, unpacked.
        rows: rows with the heading, the number that a spreadsheet program can hold.
        columns: columns.
        cells: rows times columns.
    """

    bytes: int = 100 * 1024 * 1024
    unpacked_bytes: int = 512 * 1024 * 1024
    rows: int = 1_048_576
    columns: int = 2_000
    cells: int = 12_000_000


@dataclass(frozen=True, slots=True)
class Raw:
    """What a reader of one format hands on: numbered rows, the heading among them.

    Args:
        faults: (row, position of the column) -> what stands there and why it cannot be taken.
    """

    rows: Iterable[tuple[int, tuple[Cell, ...]]]
    sheet: str = ""
    typed: bool = False
    notes: tuple[Text, ...] = ()
    faults: Mapping[tuple[int, int], tuple[str, Text]] = field(default_factory=dict)
