"""The columns that reports over schedules and over assessments share; each number has its rule."""

from fractions import Fraction
from typing import Any

from django.utils.translation import gettext_lazy as _

from marksheet.outputs.reports.column import Column

MILLION = 1_000_000


def mean(row: Any) -> Fraction | None:
    """Return the mean percentage of a tally, 0-100."""
    return None if row.tally.mean_percent is None else Fraction(row.tally.mean_percent, MILLION)


TALLY = (
    Column("published", _("Published"), lambda row: row.tally.published, "number", rule=_("results in force")),
    Column(
        "handed_in", _("Handed in"), lambda row: row.tally.handed_in, "number",
        rule=_("candidates with a handed-in attempt"),
    ),
    Column("n", _("n"), lambda row: row.tally.n, "number", rule=_("published results with a grade")),
    Column("mean", _("Mean %"), mean, "percent", rule=_("sum of the percentages / n")),
    Column(
        "pass_rate", _("Pass rate"), lambda row: row.tally.pass_rate, "percent", rule=_("passed / n")
    ),
    Column("void", _("Void"), lambda row: row.tally.void, "number", rule=_("published without a score; not in n")),
)  # fmt: skip
