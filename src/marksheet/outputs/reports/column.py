"""What a report is: a name, columns with the value of each, and the rows that a reader sees."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from marksheet.apps.people.queries import Person
from marksheet.apps.results.queries.reports import Asked

Label = str | Promise


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a report.

    Args:
        kind: ``text``, ``number``, ``percent`` (0-100), ``moment`` or ``yes`` (a bool).
        value: the value of a row: str, int, Fraction, float, datetime, bool or None, as ``kind`` says.
        sort: what the page sorts by when the column's head is chosen; empty: it does not.
        rule: how the number comes about, printed with it.
    """

    key: str
    label: Label
    value: Callable[[Any], Any]
    kind: str = "text"
    sort: str = ""
    rule: Label = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A report: all its rows for a named reader, in the order of the page, however many there are."""

    key: str
    title: Label
    columns: tuple[Column, ...]
    rows: Callable[[Person, Asked], Iterator[Any]]

    def column(self, key: str) -> Column:
        """Return the column of this key."""
        return next(column for column in self.columns if column.key == key)
