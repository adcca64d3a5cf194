"""The verbs that adjust one candidate's score by a named step, with a reason, and take that back."""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from marksheet.apps.exams.queries.paper import paper_of
from marksheet.apps.ledger.change import Change, change
from marksheet.apps.ledger.errors import BadInput, WrongState
from marksheet.apps.people.models import Person
from marksheet.apps.results.actions.standing import reason_given
from marksheet.apps.results.models import Adjustment, AdjustmentEnd, AdjustmentKind, Result
from marksheet.apps.results.queries.adjustments import holding
from marksheet.apps.results.steps.choosing import chosen
from marksheet.apps.results.steps.recompute import recompute_rows
from marksheet.rules.access import Verb
from marksheet.rules.rounding import Rounding, shown_marks
from marksheet.rules.scale import Unit

THOUSAND = 1_000


def adjust(
    actor: Person,
    refs: Sequence[str],
    kind: str,
    amount: Fraction = Fraction(0),
    unit: str = Unit.MARKS,
    *,
    reason: str,
    at: datetime,
) -> int:
    """Adjust the score of results by one named step each; return how many.

    Args:
        kind: one of ``AdjustmentKind``; a result holds one of a kind at a time.
        amount: above 0, to the thousandth, in ``unit``; of no meaning for a cap.
        unit: marks, or percent of the maximum of the paper.

    A published result stays as it is; its correction becomes ready.

    Raises:
        BadInput: no reason, or an amount that is not above 0, too fine, or more than the paper holds.
        WrongState: one of them has no work that counts, or holds an adjustment of this kind already.
    """
    reason = reason_given(reason)
    size, unit = _size(kind, amount, unit)
    with change(actor, Verb.RESULT_ADJUST, at=at) as opened:
        rows = chosen(actor, refs, Verb.RESULT_ADJUST)
        _refuse_nothing_to_adjust(rows)
        if unit == Unit.MARKS:
            _refuse_more_than_the_paper(rows, size)
        holds = set(_held(rows, kind).values_list("result_id", flat=True))
        if holds:
            raise WrongState(
                _(
                    "Nothing was changed: %(names)s has an adjustment of this kind already. Take it back first,"
                    " then give the new one."
                )
                % {"names": ", ".join([row.name for row in rows if row.pk in holds][:5])}
            )
        Adjustment.objects.bulk_create(
            Adjustment(
                result=row, kind=kind, amount_thousandths=size, unit=unit, by=actor, event_id=opened.event_id, at=at
            )
            for row in rows
        )  # fmt: skip
        said: dict[str, str | int] = {"adjusted": kind, "thousandths": size, "unit": unit}
        _finish(opened, rows, said, reason)
    return len(rows)


def take_back(actor: Person, refs: Sequence[str], kind: str, *, reason: str, at: datetime) -> int:
    """Take back the adjustment of ``kind`` of each result that holds one; return how many.

    Raises:
        BadInput: no reason, or an unknown kind.
    """
    reason = reason_given(reason)
    if kind not in AdjustmentKind.values:
        raise BadInput(_("Choose which adjustment is taken back."))
    with change(actor, Verb.RESULT_ADJUST, at=at) as opened:
        rows = chosen(actor, refs, Verb.RESULT_ADJUST)
        held = list(_held(rows, kind))
        if not held:
            return 0
        AdjustmentEnd.objects.bulk_create(
            AdjustmentEnd(adjustment=one, by=actor, event_id=opened.event_id, at=at) for one in held
        )
        ended = {one.result_id for one in held}
        rows = [row for row in rows if row.pk in ended]
        _finish(opened, rows, {"taken_back": kind}, reason)
    return len(rows)


def _size(kind: str, amount: Fraction, unit: str) -> tuple[int, str]:
    """Return the amount in thousandths, and its unit; a cap has neither."""
    if kind not in AdjustmentKind.values:
        raise BadInput(_("Choose a late penalty, a cap at the pass mark or special consideration."))
    if kind == AdjustmentKind.CAP_AT_PASS:
        return 0, Unit.MARKS.value
    if unit not in set(Unit):
        raise BadInput(_("Choose marks or per cent."))
    size = amount * THOUSAND
    if amount <= 0 or size.denominator != 1:
        raise BadInput(_("Give the size of the adjustment: more than 0, with at most three decimals."))
    if unit == Unit.PERCENT and amount > 100:
        raise BadInput(_("An adjustment is at most 100 per cent of the maximum."))
    return int(size), Unit(unit).value


def _refuse_nothing_to_adjust(rows: Sequence[Result]) -> None:
    without = [row.name for row in rows if not row.attempts_count or row.outcome == "void"]
    if without:
        raise WrongState(
            _("Nothing was changed: %(names)s has no work whose score could be adjusted.")
            % {"names": ", ".join(without[:5])}
        )


def _refuse_more_than_the_paper(rows: Sequence[Result], size: int) -> None:
    for schedule in {row.schedule_id: row.schedule for row in rows}.values():
        most = paper_of(schedule.version_id, schedule.key_version_id).spec.maximum
        if Fraction(size, THOUSAND) > most:
            raise BadInput(
                _("%(title)s has %(most)s marks in all: an adjustment cannot be larger.")
                % {"title": schedule.title, "most": shown_marks(most, Rounding())}
            )


def _held(rows: Sequence[Result], kind: str) -> QuerySet[Adjustment]:
    return holding().filter(result__in=[row.pk for row in rows], kind=kind)


def _finish(opened: Change, rows: Sequence[Result], said: dict[str, str | int], reason: str) -> None:
    keys = [row.pk for row in rows]
    before = _scores(keys)
    recompute_rows(opened, rows)
    after = _scores(keys)
    opened.lines(("result", key, said | {"score": [before[key], after[key]]}) for key in keys)
    opened.record(
        "schedule", rows[0].schedule_id, schedule_id=rows[0].schedule_id, private={"reason": reason}, **said
    )


def _scores(keys: Sequence[int]) -> dict[int, str]:
    """Return result key -> its score as it is shown; "" where it shows none: not ready, or withheld."""
    return dict(Result.objects.filter(pk__in=keys).values_list("pk", "shown_score"))
