"""The verbs that say what became of a candidate or an attempt: absent, void, and back."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from marksheet.apps.exams.models import Attempt, AttemptState, Standing
from marksheet.apps.ledger.change import change
from marksheet.apps.ledger.errors import BadInput, WrongState
from marksheet.apps.people.models import Person
from marksheet.apps.results.steps.attendance import set_standing
from marksheet.apps.results.steps.choosing import chosen
from marksheet.apps.results.steps.recompute import recompute_rows
from marksheet.rules.access import Verb


def reason_given(reason: str) -> str:
    """Return ``reason`` without white space around it.

    Raises:
        BadInput: it is empty.
    """
    if not reason.strip():
        raise BadInput(_("A reason is needed: it stays in the history. Write one and try again."))
    return reason.strip()


def mark_standing(
    actor: Person, refs: Sequence[str], standing: str, *, reason: str = "", at: datetime
) -> int:
    """Record that candidates were absent, excused or deferred, or are expected after all; return how many.

    Args:
        refs: results (not enrolments) of candidates who handed nothing in.
        standing: one of ``Standing``.

    Raises:
        WrongState: one of them has begun or handed in; nothing is changed.
    """
    wanted = Standing(standing)
    with change(actor, Verb.ATTENDANCE_RECORD, at=at) as opened:
        return set_standing(opened, chosen(actor, refs, Verb.ATTENDANCE_RECORD), wanted, reason=reason)


def void_attempts(actor: Person, refs: Sequence[str], *, reason: str, at: datetime) -> int:
    """Make the handed-in attempts of unpublished results void; return how many results.

    A void result is ready and has no score. Undo with ``unvoid_attempts``.

    Raises:
        BadInput: no reason.
        WrongState: one of them is published (retract it first), or has no handed-in attempt.
    """
    return _turn(actor, refs, reason, AttemptState.HANDED_IN, AttemptState.VOID, at)


def unvoid_attempts(actor: Person, refs: Sequence[str], *, reason: str, at: datetime) -> int:
    """Let void attempts count again; return how many results."""
    return _turn(actor, refs, reason, AttemptState.VOID, AttemptState.HANDED_IN, at)


def _turn(
    actor: Person, refs: Sequence[str], reason: str, before: AttemptState, after: AttemptState, at: datetime
) -> int:
    reason = reason_given(reason)
    with change(actor, Verb.RESULT_VOID, at=at) as opened:
        rows = chosen(actor, refs, Verb.RESULT_VOID)
        published = [row.name for row in rows if row.in_force_id is not None]
        if published:
            raise WrongState(
                _(
                    "Nothing was changed: the result of %(names)s is published. Retract it first, then void it."
                )
                % {"names": ", ".join(published[:5])}
            )
        attempts = Attempt.objects.filter(enrolment_id__in=[row.enrolment_id for row in rows], state=before)
        found = set(attempts.filter(handed_in_at__isnull=False).values_list("enrolment_id", flat=True))
        without = [row.name for row in rows if row.enrolment_id not in found]
        if without:
            raise WrongState(
                _("Nothing was changed: %(names)s has no attempt that this could be done to.")
                % {"names": ", ".join(without[:5])}
            )
        attempts.filter(handed_in_at__isnull=False).update(state=after)
        recompute_rows(opened, rows)
        opened.lines(("result", row.pk, {"before": before.value, "after": after.value}) for row in rows)
        opened.record(
            "schedule",
            rows[0].schedule_id,
            schedule_id=rows[0].schedule_id,
            private={"reason": reason},
            attempts=after.value,
        )
        return len(rows)
