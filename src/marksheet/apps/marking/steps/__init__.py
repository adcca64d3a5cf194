"""What a verb of an upper app asks of marking, inside the change that is open."""

from marksheet.apps.marking.steps.allocation import leave_kept_apart
from marksheet.apps.marking.steps.annotations import store_annotation
from marksheet.apps.marking.steps.confirming import confirm_marks
from marksheet.apps.marking.steps.flags import raise_flag, settle_flag
from marksheet.apps.marking.steps.judgements import store_judgement
from marksheet.apps.marking.steps.marks import (
    GivenMark,
    drop_drafts,
    keep_drafts,
    store_marks,
    store_proposal,
)
from marksheet.apps.marking.steps.scripts import (
    close_scripts,
    lock_scripts,
    open_scripts,
    reopen_scripts,
    submit_scripts,
)

__all__ = [
    "GivenMark",
    "close_scripts",
    "confirm_marks",
    "drop_drafts",
    "keep_drafts",
    "leave_kept_apart",
    "lock_scripts",
    "open_scripts",
    "raise_flag",
    "reopen_scripts",
    "settle_flag",
    "store_annotation",
    "store_judgement",
    "store_marks",
    "store_proposal",
    "submit_scripts",
]
