"""The indexes from which the lists of the Results tab are read in order, on both databases.

Each holds only what waits on the tab, so it stays small when all the rest is published. Django cannot say the orders
of both databases in one model, and a table rebuild on SQLite drops what it does not know: so they are made here, after
every migrate.
"""

from django.db import connection
from django.db.models import BooleanField, F, Func

from marksheet.apps.results.models import ON_RESULTS

# With the words in the text and not as parameters: SQLite takes a partial index only for the very same condition.
_WORDS = ", ".join(f"'{bucket.value}'" for bucket in ON_RESULTS)
# Each is read forwards and backwards. What has no value stands last either way and is asked for apart.
ORDERS = {
    "name": "sort_name, id",
    "number": "number, id",
    "title": "title, id",
    "code": "code, id",
    "attempt": "attempt_number, id",
    "handed_in": "handed_in_at, id",
    "score": "score_micro, id",
    "percent": "percent_micro, id",
    "grade": "grade_rank, id",
    "outcome": "outcome, id",
    "state": "bucket, id",
}
# Of earlier versions, one for each direction.
RETIRED = ("score_up", "score_down", "percent_up", "percent_down")


def waiting() -> Func:
    """Return the condition that a result waits on the tab, as the indexes say it."""
    return Func(F("bucket"), template=f"%(expressions)s IN ({_WORDS})", output_field=BooleanField())


def make_indexes() -> None:
    """Make those of the indexes that are not there, and drop those that serve no more."""
    with connection.cursor() as cursor:
        for name in RETIRED:
            cursor.execute(f"DROP INDEX IF EXISTS results_waiting_{name}")
        for name, columns in ORDERS.items():
            cursor.execute(
                f"CREATE INDEX IF NOT EXISTS results_waiting_{name} ON results_result ({columns})"
                f" WHERE bucket IN ({_WORDS})"
            )
