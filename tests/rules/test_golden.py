"""Every row worked out by hand comes out of the rules as written."""

import pytest

from tests.rules.by_hand import TABLES
from tests.rules.loading import rules

ROWS = [(name, place) for name, (_, rows) in TABLES.items() for place in range(len(rows))]


@pytest.mark.parametrize(("table", "place"), ROWS, ids=[f"{name}-{place}" for name, place in ROWS])
def test_a_row_by_hand_comes_out_as_written(table: str, place: int):
    ask, rows = TABLES[table]
    assert ask(rules(), rows[place]) == rows[place]


def test_there_are_enough_rows_by_hand():
    assert len(ROWS) >= 200


def test_no_row_stands_twice():
    for name, (_, rows) in TABLES.items():
        assert len({repr(row) for row in rows}) == len(rows), name
