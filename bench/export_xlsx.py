"""Writing 200,000 rows x 20 columns as XLSX, against the bare writer fed from memory; memory stays flat.

Run: ``python -m bench.export_xlsx [rows] [columns]``. The export from the database is measured apart.
"""

import resource
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import xlsxwriter

from bench.scene import configured

configured()

from marksheet.outputs.exports.writers import Column, Kind, write_xlsx  # noqa: E402 - after the settings

PROMISED_RATIO = 1.5
PROMISED_MEBIBYTES = 150
TRACED_ROWS = 20_000


def columns_of(width: int) -> list[Column]:
    kinds = [Kind.TEXT, Kind.TEXT, Kind.DECIMAL, Kind.INTEGER, Kind.PERCENT]
    return [Column(f"c{at}", f"Column {at}", kinds[at % len(kinds)]) for at in range(width)]


def row_of(number: int, width: int) -> tuple[str | int | Decimal, ...]:
    cycle = (
        f"M{number:06}",
        f"Nováková, Eva {number % 977}",
        Decimal(number % 101) / 2,
        number % 7,
        Decimal(number % 1001) / 10,
    )
    return tuple(cycle[at % len(cycle)] for at in range(width))


def rows_of(height: int, width: int) -> Iterator[tuple[str | int | Decimal, ...]]:
    return (row_of(number, width) for number in range(height))


def bare(path: Path, rows: list[tuple[str | int | Decimal, ...]], width: int) -> None:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(path, options)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, [f"Column {at}" for at in range(width)])
    for number, row in enumerate(rows, start=1):
        sheet.write_row(number, 0, row)
    book.close()


def seconds(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def peak_mebibytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def traced_mebibytes(path: Path, height: int, width: int) -> float:
    tracemalloc.start()
    write_xlsx(path, columns_of(width), rows_of(height, width), manifest={})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 2**20


def main() -> None:
    height, width = (int(text) for text in (sys.argv[1:] + ["200000", "20"][len(sys.argv) - 1 :]))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.xlsx"
        columns = columns_of(width)
        few = traced_mebibytes(path, TRACED_ROWS // 10, width)
        many = traced_mebibytes(path, TRACED_ROWS, width)
        ours = seconds(lambda: write_xlsx(path, columns, rows_of(height, width), manifest={}))
        peak = peak_mebibytes()
        ready = list(rows_of(height, width))
        reference = seconds(lambda: bare(path, ready, width))
    print(f"XLSX export, {height} rows x {width} columns, rows made one by one")
    print(f"  ours {ours:.1f} s, the bare writer fed from memory {reference:.1f} s")
    print(f"  ratio {ours / reference:.2f} (promised: at most {PROMISED_RATIO})")
    print(f"  peak of the process {peak:.0f} MiB (promised: below {PROMISED_MEBIBYTES})")
    print(f"  traced: {few:.1f} MiB at {TRACED_ROWS // 10} rows, {many:.1f} MiB at {TRACED_ROWS} rows")


if __name__ == "__main__":
    main()
