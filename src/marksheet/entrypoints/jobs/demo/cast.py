"""Give the candidate of the cast a sign-in name, as an accepted invitation would."""

from datetime import datetime

from marksheet.apps.people.actions.demo import name_account
from marksheet.entrypoints.jobs.demo.people import CAS


def let_cast_in(at: datetime) -> None:
    """Let Cas, who was enrolled by number like everybody else, sign in by one click."""
    name_account(CAS.number, "cas", at=at)
