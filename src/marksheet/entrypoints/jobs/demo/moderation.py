"""A queue for the demo's moderator: scripts near a boundary, and a sample of what a marker gave."""

from datetime import datetime, timedelta
from fractions import Fraction

from marksheet.apps.exams.queries.schedules import Schedule
from marksheet.apps.marking.queries.plan import plan_of
from marksheet.apps.marking.queries.submissions import unsubmitted
from marksheet.apps.results.actions.marks import accept, doubt, send_back, set_moderation, submit_scripts
from marksheet.apps.results.queries.moderated import moderation_list
from marksheet.entrypoints.jobs.demo.people import Cast
from marksheet.rules.moderation import Kind, Round, Trigger

SUBMITTED = 24


def moderate(cast: Cast, schedule: Schedule, *, at: datetime) -> None:
    """Have Mo submit what is finished, and Max look at some of what that sends to moderation."""
    triggers = (Trigger(Kind.NEAR_BOUNDARY, Fraction(1)), Trigger(Kind.FIRST, Fraction(6)))
    set_moderation(
        cast.ada, schedule.ref, [Round(triggers)], seed="demo", against=plan_of(schedule).revision, at=at
    )
    finished = [one.ref for one in unsubmitted(cast.mo, schedule) if one.status == "finished"]
    later = at + timedelta(hours=1)
    submit_scripts(cast.mo, schedule.ref, finished[:SUBMITTED], at=later)
    waiting = [one.row for one in moderation_list(cast.max, schedule)[0]]
    samples, cases = [one for one in waiting if not one.case], [one for one in waiting if one.case]
    seen = later + timedelta(hours=2)
    accept(cast.max, schedule.ref, [one.ref for one in (*cases[:1], *samples[:2])], at=seen)
    for one in samples[2:3]:
        doubt(
            cast.max,
            one.ref,
            note="A mark more for the authorities than the scheme allows.",
            against=0,
            at=seen,
        )
    for one in cases[1:2]:
        send_back(cast.max, one.ref, note="The last page is not marked: see its back.", against=0, at=seen)
