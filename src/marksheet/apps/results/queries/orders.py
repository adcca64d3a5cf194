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
# The other way round, too, what has no value stands last; on SQLite it does so by itself when descending.
_LAST = " NULLS LAST" if connection.vendor == "postgresql" else ""
ORDERS = {
    "name": "sort_name, id",
    "number": "number, id",
    "code": "code, id",
    "score_up": "score_micro, id",
    "score_down": f"score_micro DESC{_LAST}, id",
    "percent_up": "percent_micro, id",
    "percent_down": f"percent_micro DESC{_LAST}, id",
}


def waiting() -> Func:
    """Return the condition that a result waits on the tab, as the indexes say it."""
    return Func(F("bucket"), template=f"%(expressions)s IN ({_WORDS})", output_field=BooleanField())


def make_indexes() -> None:
    """Make those of the indexes that are not there."""
    with connection.cursor() as cursor:
        for name, columns in ORDERS.items():
            cursor.execute(
                f"CREATE INDEX IF NOT EXISTS results_waiting_{name} ON results_result ({columns})"
                f" WHERE bucket IN ({_WORDS})"
            )
