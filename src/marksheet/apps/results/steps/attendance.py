"""Record who was there: the one step below every verb that says so, whatever it lets people in by."""

from collections import Counter
from collections.abc import Sequence

from django.utils.translation import gettext as _

from marksheet.apps.exams.models import Attempt, AttemptState, Enrolment, Schedule, Standing
from marksheet.apps.exams.steps.activity import note_activity
from marksheet.apps.ledger.change import Change
from marksheet.apps.ledger.errors import WrongState
from marksheet.apps.marking.models import Script
from marksheet.apps.marking.steps.allocation import tell_of_more
from marksheet.apps.people.queries import people_with
from marksheet.apps.people.steps import tell
from marksheet.apps.results.models import Result
from marksheet.apps.results.steps.recompute import recompute_rows
from marksheet.rules.access import Verb


def tell_markers_of_more(opened: Change, schedule: Schedule, enrolments: Sequence[int]) -> None:
    """Tell those who mark at a schedule of late scripts: each of their own, or of all where they lie on a pile."""
    scripts = Script.objects.filter(schedule=schedule, attempt__enrolment__in=enrolments)
    if scripts.filter(allocated=True).exists():
        counts = Counter(scripts.exclude(marker=None).values_list("marker_id", flat=True))
        tell_of_more(opened, schedule, counts, "more-to-mark")
        return
    n = len(enrolments)
    markers = [one for one in people_with(Verb.MARK_GIVE, schedule.node_id) if one.pk != opened.actor.id]
    path = f"/marking/assess/{schedule.ref}/grid/"
    tell(opened, markers, "more-to-mark", path=path, count=n, title=schedule.title)


def set_standing(opened: Change, rows: Sequence[Result], standing: Standing, *, reason: str) -> int:
    """Record candidates as absent, excused or deferred, or as expected after all; return how many.

    Args:
        rows: their results, locked; those that stand so already stay as they are.

    Raises:
        WrongState: one of them has begun or handed in; nothing is changed.
    """
    rows = [row for row in rows if row.standing != standing]
    if not rows:
        return 0
    keys = [row.enrolment_id for row in rows]
    if standing != Standing.EXPECTED:
        _refuse_begun(rows, keys)
    Enrolment.objects.filter(pk__in=keys).update(standing=standing)
    Result.objects.filter(pk__in=[row.pk for row in rows]).update(standing=standing)
    recompute_rows(opened, rows)
    for schedule in Schedule.objects.filter(pk__in={row.schedule_id for row in rows}):
        note_activity(opened, schedule)
    opened.lines(("result", row.pk, {"before": row.standing, "after": standing.value}) for row in rows)
    opened.record(
        "schedule",
        rows[0].schedule_id,
        schedule_id=rows[0].schedule_id,
        private={"reason": reason.strip()},
        standing=standing.value,
    )
    return len(rows)


def _refuse_begun(rows: Sequence[Result], keys: Sequence[int]) -> None:
    attempts = Attempt.objects.filter(enrolment__in=keys).exclude(state=AttemptState.TAKEN_BACK)
    begun = set(attempts.values_list("enrolment_id", flat=True))
    names = [row.name for row in rows if row.enrolment_id in begun]
    if names:
        raise WrongState(
            _("Nothing was changed: %(names)s has begun or handed in. Void the attempt instead.")
            % {"names": ", ".join(names[:5])}
        )
