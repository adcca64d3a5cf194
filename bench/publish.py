"""Publishing 50,000 results of 30 items, prepare and commit, against the same rows by executemany or COPY.

Run: ``python -m bench.publish sqlite|postgres [results]``. Aim: within 6 times; commit alone within 2 s.
"""

import sys
import time
from dataclasses import dataclass

from bench.scene import NOW, a_publisher, database, ready_schedule


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds of each step."""

    begin: float
    prepare: float
    commit: float
    reference: float

    @property
    def ratio(self) -> float:
        return (self.prepare + self.commit) / self.reference


def measure(results: int) -> Measured:
    from marksheet.apps.release.actions.publishing import commit, freeze_selection, prepare_some, publish
    from marksheet.apps.release.queries.publications import progress_of
    from marksheet.apps.results.queries.finder import Criteria

    world, pia = a_publisher()
    ready_schedule(world, candidates=results)
    ready_schedule(world, candidates=10, code="SMALL")
    started = time.perf_counter()
    selection = freeze_selection(pia, criteria=Criteria(), at=NOW)  # type: ignore[arg-type]
    publish(pia, selection.ref, show=True, at=NOW)  # type: ignore[arg-type]
    begun = time.perf_counter()
    while progress_of(selection.ref).to_prepare:
        prepare_some(selection.ref, at=NOW)
    prepared = time.perf_counter()
    done = commit(selection.ref, at=NOW)
    committed = time.perf_counter()
    assert done.published == results + 10
    return Measured(begun - started, prepared - begun, committed - prepared, _reference())


def _reference() -> float:
    """Write the very same rows once more, rendered already, into tables of the same shape and indexes."""
    from django.db import connection

    from marksheet.apps.ledger.models import Line
    from marksheet.apps.release.models import Disclosure, Opening
    from marksheet.apps.results.models import ResultVersion

    total = 0.0
    for model in (ResultVersion, Disclosure, Opening, Line):
        table, twin = model._meta.db_table, f"twin_{model._meta.db_table}"
        with connection.cursor() as cursor:
            _make_twin(cursor, table, twin)
            cursor.execute(f"SELECT * FROM {table}")
            rows = cursor.fetchall()
            columns = ", ".join(f'"{c[0]}"' for c in cursor.description)
            started = time.perf_counter()
            if connection.vendor == "postgresql":
                with connection.cursor() as writer:
                    rows = [[_json(v) for v in row] for row in rows]
                    started = time.perf_counter()
                    with writer.cursor.copy(f"COPY {twin} ({columns}) FROM STDIN") as copy:
                        for row in rows:
                            copy.write_row(row)
            else:
                places = ", ".join(["?"] * len(rows[0]))
                raw = connection.connection
                raw.execute("BEGIN IMMEDIATE")
                raw.executemany(f"INSERT INTO {twin} ({columns}) VALUES ({places})", rows)
                raw.execute("COMMIT")
            total += time.perf_counter() - started
    return total


def _json(value: object) -> object:
    import json

    return json.dumps(value) if isinstance(value, list | dict) else value


def _make_twin(cursor: "object", table: str, twin: str) -> None:
    from django.db import connection

    if connection.vendor == "postgresql":
        cursor.execute(f"CREATE TABLE {twin} (LIKE {table} INCLUDING ALL)")  # type: ignore[attr-defined]
        return
    cursor.execute("SELECT type, sql FROM sqlite_master WHERE tbl_name = %s AND sql IS NOT NULL", [table])  # type: ignore[attr-defined]
    for kind, text in cursor.fetchall():  # type: ignore[attr-defined]
        if kind == "table":
            cursor.execute(text.replace(f'"{table}"', f'"{twin}"', 1))  # type: ignore[attr-defined]
        elif kind == "index":
            name = text.split('"')[1]
            cursor.execute(text.replace(f'"{name}"', f'"twin_{name}"', 1).replace(f'"{table}"', f'"{twin}"'))  # type: ignore[attr-defined]


def report(kind: str, results: int = 50_000) -> str:
    """Measure on ``kind`` and return one line."""
    with database(kind):
        m = measure(results)
    return (
        f"publish {results:,} on {kind}: begin {m.begin:.2f} s, prepare {m.prepare:.2f} s, commit {m.commit:.2f} s; "
        f"the rows alone {m.reference:.2f} s; ratio {m.ratio:.1f} (aim 6), commit aim 2 s"
    )


if __name__ == "__main__":
    print(
        report(
            sys.argv[1] if len(sys.argv) > 1 else "sqlite", int(sys.argv[2]) if len(sys.argv) > 2 else 50_000
        )
    )
