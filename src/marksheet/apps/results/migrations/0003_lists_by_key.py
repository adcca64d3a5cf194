"""Words compare bytewise, and the lists of the Results tab are read in order from an index."""

from typing import Any

from django.db import migrations

# What stands on the Results tab; an index of only these stays small when all the rest is published.
WAITING = "bucket IN ('not-ready', 'moderation', 'ready', 'withheld', 'correction')"
ORDERS = {
    "name": "sort_name, id",
    "number": "number, id",
    "code": "code, id",
    "score_up": "score_micro, id",
    "score_down": "score_micro DESC NULLS LAST, id",
    "percent_up": "percent_micro, id",
    "percent_down": "percent_micro DESC NULLS LAST, id",
}


def make(apps: Any, editor: Any) -> None:
    """Another collation sorts words so that a range of their starts is not one piece of the index."""
    if editor.connection.vendor != "postgresql":
        return
    editor.execute('ALTER TABLE results_word ALTER COLUMN word TYPE varchar(60) COLLATE "C"')
    for name, columns in ORDERS.items():
        editor.execute(f"CREATE INDEX results_waiting_{name} ON results_result ({columns}) WHERE {WAITING}")


def undo(apps: Any, editor: Any) -> None:
    """Leave things as they were."""
    if editor.connection.vendor != "postgresql":
        return
    for name in ORDERS:
        editor.execute(f"DROP INDEX results_waiting_{name}")
    editor.execute('ALTER TABLE results_word ALTER COLUMN word TYPE varchar(60) COLLATE "default"')


class Migration(migrations.Migration):
    """PostgreSQL only: SQLite compares bytewise as it is."""

    dependencies = [("results", "0002_account_of_a_version")]

    operations = [migrations.RunPython(make, undo)]
