"""Exporting 200,000 rows x 20 columns as XLSX from the database, against the bare writer fed from memory.

Run: ``python -m bench.export_db sqlite|postgres [rows]``. Aim: within 1.5 times; memory stays below 150 MiB.
"""

import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.scene import a_publisher, database, ready_schedule

PROMISED_RATIO = 1.5
PROMISED_MEBIBYTES = 150
QUESTIONS = 2  # with what is said of each candidate, and the total: about 20 columns


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds, mebibytes and columns of one export."""

    ours: float
    peak: float
    small_peak: float
    reference: float
    columns: int

    @property
    def ratio(self) -> float:
        return self.ours / self.reference


def measure(rows: int) -> Measured:
    from django.db import connection

    world, pia = a_publisher()
    ready_schedule(world, candidates=rows, items=QUESTIONS)
    ready_schedule(world, candidates=max(rows // 10, 10), items=QUESTIONS, code="SMALL")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    small = _in_a_process(_asked(pia, "SMALL-JUN"))
    whole = _in_a_process(_asked(pia, "BIG-1-JUN"))
    assert whole["rows"] == rows
    made, labels = _in_memory(pia)
    return Measured(whole["seconds"], whole["peak"], small["peak"], _bare(made, labels), len(labels))


def _selection(code: str) -> Any:
    from marksheet.apps.release.queries.exports.selection import Criteria, Schedule, Selection, Source

    return Selection(Source.RESULTS, criteria=Criteria(schedules=(Schedule.objects.get(code=code).ref,)))


def _asked(pia: Any, code: str) -> str:
    """Ask for an export and return the name of its work."""
    from marksheet.apps.ledger import clock
    from marksheet.apps.release.actions.exports import Order, request_export

    return str(request_export(pia, _selection(code), Order("scores"), at=clock.read()).ref)


def _in_a_process(ref: str) -> dict[str, Any]:
    """Make the file in a process of its own, so that its memory is its own."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.export_db", "--make", ref], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def make(ref: str) -> None:
    """Make one file and print seconds and the peak of memory, as the child process."""
    import django

    django.setup()
    from marksheet.apps.ledger.work import Work
    from marksheet.entrypoints.shared.exports.carrying import make_file

    work = Work.objects.get(ref=ref)
    start = time.perf_counter()
    outcome = make_file(work, lambda done, total: None)
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "peak": _peak(), "rows": outcome["rows"]}))


def _peak() -> float:
    """Return the peak of this process in MiB; ``getrusage`` would tell that of the larger parent it was forked from."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def _in_memory(pia: Any) -> tuple[list[Any], list[str]]:
    """Return the very rows of the export, ready, and the labels of its columns."""
    from marksheet.apps.ledger import clock
    from marksheet.apps.release.queries.exports.rows import exams_of, schedules_in
    from marksheet.apps.release.queries.exports.selection import keys_of
    from marksheet.outputs.exports import Scope, export

    selection = _selection("BIG-1-JUN")
    keys = keys_of(pia, selection, clock.read())
    scope = Scope(pia, selection, keys, exams_of(schedules_in(keys)))
    declared = export("scores")
    return [made.cells for made in declared.rows(scope)], [str(one.label) for one in declared.columns(scope)]


def _bare(rows: list[Any], labels: list[str]) -> float:
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        book = xlsxwriter.Workbook(Path(folder) / "bare.xlsx", options)
        day = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, labels)
        sheet.set_column(9, 9, 19, day)
        for number, row in enumerate(rows, start=1):
            sheet.write_row(number, 0, row)
        book.close()
        return time.perf_counter() - start


def report(kind: str, rows: int = 200_000) -> str:
    """Measure on ``kind`` and return one line."""
    with database(kind):
        m = measure(rows)
    return (
        f"export {rows:,} x {m.columns} from {kind}: {m.ours:.1f} s, the bare writer fed from memory "
        f"{m.reference:.1f} s; ratio {m.ratio:.2f} (aim {PROMISED_RATIO}); peak {m.peak:.0f} MiB, at a tenth of the "
        f"rows {m.small_peak:.0f} MiB (aim: below {PROMISED_MEBIBYTES})"
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--make"]:
        make(sys.argv[2])
    else:
        print(
            report(
                sys.argv[1] if len(sys.argv) > 1 else "sqlite",
                int(sys.argv[2]) if len(sys.argv) > 2 else 200_000,
            )
        )
