"""Hold single results back, and let them go again."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from marksheet.apps.ledger.change import change
from marksheet.apps.ledger.errors import WrongState
from marksheet.apps.people.models import Person
from marksheet.apps.release.models import OpeningStatus
from marksheet.apps.release.steps.opening import open_rows
from marksheet.apps.results.actions.standing import reason_given
from marksheet.apps.results.models import Bucket, Result
from marksheet.apps.results.steps.choosing import chosen
from marksheet.apps.results.steps.recompute import recompute_rows
from marksheet.rules.access import Verb


def withhold(actor: Person, refs: Sequence[str], *, reason: str, at: datetime) -> int:
    """Hold results back, with a reason and the actor as their owner; return how many.

    A withheld row shows no score to anybody and cannot be published until it is lifted.

    Raises:
        WrongState: one of them is published (retract it first), or nothing was handed in.
    """
    reason = reason_given(reason)
    with change(actor, Verb.RESULT_WITHHOLD, at=at) as opened:
        rows = chosen(actor, refs, Verb.RESULT_WITHHOLD, Verb.RESULT_PUBLISH)
        rows = [row for row in rows if row.withheld_at is None]
        wrong = [row.name for row in rows if row.bucket == Bucket.PUBLISHED or not row.attempts_count]
        if wrong:
            raise WrongState(
                _("Nothing was withheld: %(names)s is published, or has handed nothing in.")
                % {"names": ", ".join(wrong[:5])}
            )
        if not rows:
            return 0
        Result.objects.filter(pk__in=[row.pk for row in rows]).update(withheld_at=at, withheld_by=actor)
        recompute_rows(opened, rows)
        open_rows(opened, rows, OpeningStatus.WITHHELD)
        opened.lines(("result", row.pk, {"withheld": True}) for row in rows)
        opened.record(
            "schedule", rows[0].schedule_id, schedule_id=rows[0].schedule_id, private={"reason": reason},
            withheld=len(rows),
        )  # fmt: skip
        return len(rows)


def lift(actor: Person, refs: Sequence[str], *, reason: str, at: datetime) -> int:
    """Let withheld results go again; return how many."""
    reason = reason_given(reason)
    with change(actor, Verb.RESULT_WITHHOLD, at=at) as opened:
        rows = chosen(actor, refs, Verb.RESULT_WITHHOLD, Verb.RESULT_PUBLISH)
        rows = [row for row in rows if row.withheld_at is not None]
        if not rows:
            return 0
        Result.objects.filter(pk__in=[row.pk for row in rows]).update(withheld_at=None, withheld_by=None)
        recompute_rows(opened, rows)
        open_rows(opened, rows, OpeningStatus.LIFTED)
        opened.lines(("result", row.pk, {"withheld": False}) for row in rows)
        opened.record(
            "schedule", rows[0].schedule_id, schedule_id=rows[0].schedule_id, private={"reason": reason},
            lifted=len(rows),
        )  # fmt: skip
        return len(rows)
