"""Give marks, submit scripts, open them again: each keeps the working results up to date in its change."""

from marksheet.apps.results.actions.marks.agreeing import propose_mark
from marksheet.apps.results.actions.marks.cells import (
    BadCells,
    CellName,
    CellSave,
    SavedMark,
    StaleMarks,
    Theirs,
)
from marksheet.apps.results.actions.marks.confirming import confirm_marks
from marksheet.apps.results.actions.marks.flagging import flag_script, settle_flag
from marksheet.apps.results.actions.marks.giving import give_no_response, save_mark, save_marks
from marksheet.apps.results.actions.marks.judging import PanelSave, SavedPanel, StalePanel, save_panel
from marksheet.apps.results.actions.marks.planning import set_plan
from marksheet.apps.results.actions.marks.submitting import (
    Submission,
    reopen_results,
    reopen_scripts,
    submit_scripts,
)

__all__ = [
    "BadCells",
    "CellName",
    "CellSave",
    "PanelSave",
    "SavedMark",
    "SavedPanel",
    "StaleMarks",
    "StalePanel",
    "Submission",
    "Theirs",
    "confirm_marks",
    "flag_script",
    "give_no_response",
    "propose_mark",
    "reopen_results",
    "reopen_scripts",
    "save_mark",
    "save_marks",
    "save_panel",
    "set_plan",
    "settle_flag",
    "submit_scripts",
]
