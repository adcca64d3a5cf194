"""Give marks, submit scripts, open them again: each keeps the working results up to date in its change."""

from marksheet.apps.results.actions.marks.agreeing import propose_mark
from marksheet.apps.results.actions.marks.annotating import (
    AnnotationSave,
    StaleAnnotation,
    anchor_words,
    annotate,
)
from marksheet.apps.results.actions.marks.cells import (
    BadCells,
    CellName,
    CellSave,
    SavedMark,
    StaleMarks,
    Theirs,
)
from marksheet.apps.results.actions.marks.confirming import Seen, confirm_marks
from marksheet.apps.results.actions.marks.flagging import flag_script, settle_flag
from marksheet.apps.results.actions.marks.giving import give_no_response, save_mark, save_marks
from marksheet.apps.results.actions.marks.judging import PanelSave, SavedPanel, StalePanel, save_panel
from marksheet.apps.results.actions.marks.keying import key_marks, keying_for, settle_keying
from marksheet.apps.results.actions.marks.moderating import accept, change_marks, doubt, send_back
from marksheet.apps.results.actions.marks.planning import lift_anonymity, set_plan
from marksheet.apps.results.actions.marks.qualifying import (
    begin_trials,
    set_qualifying,
    settle_unqualified,
)
from marksheet.apps.results.actions.marks.rounds import preview_moderation, set_moderation
from marksheet.apps.results.actions.marks.sampling import confirm_sample, mark_again
from marksheet.apps.results.actions.marks.seeding import (
    Settled,
    change_seed,
    make_seed,
    retire_seed,
    set_seeding,
)
from marksheet.apps.results.actions.marks.stopping import Decision, Stopped, settle_stop
from marksheet.apps.results.actions.marks.submitting import (
    Submission,
    reopen_results,
    reopen_scripts,
    submit_scripts,
)

__all__ = [
    "AnnotationSave",
    "BadCells",
    "CellName",
    "CellSave",
    "Decision",
    "PanelSave",
    "SavedMark",
    "SavedPanel",
    "Seen",
    "Settled",
    "StaleAnnotation",
    "StaleMarks",
    "StalePanel",
    "Stopped",
    "Submission",
    "Theirs",
    "accept",
    "anchor_words",
    "annotate",
    "begin_trials",
    "change_marks",
    "change_seed",
    "confirm_marks",
    "confirm_sample",
    "doubt",
    "flag_script",
    "give_no_response",
    "key_marks",
    "keying_for",
    "lift_anonymity",
    "make_seed",
    "mark_again",
    "preview_moderation",
    "propose_mark",
    "reopen_results",
    "reopen_scripts",
    "retire_seed",
    "save_mark",
    "save_marks",
    "save_panel",
    "send_back",
    "set_moderation",
    "set_plan",
    "set_qualifying",
    "set_seeding",
    "settle_flag",
    "settle_keying",
    "settle_stop",
    "settle_unqualified",
    "submit_scripts",
]
