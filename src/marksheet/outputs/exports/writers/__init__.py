"""Writers of export files: typed cells, no formulas, flat memory, and a manifest of what was written."""

from marksheet.outputs.exports.writers.columns import Column, Kind, Row, Value
from marksheet.outputs.exports.writers.csv_file import write_csv
from marksheet.outputs.exports.writers.manifest import DoesNotFit, RowsLost, Written, rows_digest
from marksheet.outputs.exports.writers.xlsx_file import write_xlsx

__all__ = [
    "Column", "DoesNotFit", "Kind", "Row", "RowsLost", "Value", "Written", "rows_digest", "write_csv", "write_xlsx",
]  # fmt: skip
