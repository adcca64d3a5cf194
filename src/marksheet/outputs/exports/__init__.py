"""Exports: one file each, declaring its columns and its rows; the writers below know nothing of results."""

from collections.abc import Mapping
from importlib import import_module

from marksheet.outputs.exports.declared import Export, Scope

__all__ = ["EXPORTS", "Export", "Scope", "export"]

# The word that addresses an export: the module that declares it as ``EXPORT``. The dialog lists them in this order.
EXPORTS: Mapping[str, str] = {
    "scores": "marksheet.outputs.exports.scores",
    "answers": "marksheet.outputs.exports.answers",
    "visible": "marksheet.outputs.exports.visible",
    "marks": "marksheet.outputs.exports.marks",
}


def export(name: str) -> Export:
    """Return the export of this name.

    Raises:
        LookupError: there is none.
    """
    found: Export = import_module(EXPORTS[name]).EXPORT
    return found
