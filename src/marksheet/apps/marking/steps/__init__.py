"""What a verb of an upper app asks of marking, inside the change that is open."""

from marksheet.apps.marking.steps.confirming import confirm_marks
from marksheet.apps.marking.steps.marks import GivenMark, drop_drafts, keep_drafts, store_marks
from marksheet.apps.marking.steps.scripts import lock_scripts, open_scripts, reopen_scripts, submit_scripts

__all__ = [
    "GivenMark",
    "confirm_marks",
    "drop_drafts",
    "keep_drafts",
    "lock_scripts",
    "open_scripts",
    "reopen_scripts",
    "store_marks",
    "submit_scripts",
]
