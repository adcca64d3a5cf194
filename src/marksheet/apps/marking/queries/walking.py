"""From script to script and question to question, in the reader's own order: next, previous, next unmarked."""

from dataclasses import dataclass

from django.db.models import Case, Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from marksheet.apps.exams.queries.paper import PartRow
from marksheet.apps.marking.models import Mark, Script
from marksheet.apps.marking.queries.marks import NEVER_MARKED, current_marks
from marksheet.apps.marking.queries.submissions import further_than

Place = tuple[str, str]
"""(the script's ref, the part's ref)."""


@dataclass(frozen=True, slots=True)
class Around:
    """What lies around one question of one script; None where there is nothing.

    ``marked`` of ``total`` scripts have a mark, or no response, for this question.
    """

    previous: Place | None
    following: Place | None
    unmarked: Place | None
    marked: int
    total: int


NOTHING_AROUND = Around(None, None, None, 0, 0)


def around(
    scripts: QuerySet[Script],
    script: Script,
    parts: tuple[PartRow, ...],
    part: PartRow,
    *,
    by_candidate: bool,
) -> Around:
    """Return what lies around a question of a script.

    Args:
        scripts: those that the reader may have in hand, in their order (``scripts_for``).
        by_candidate: question after question of a script, then the next one; otherwise the same question of one script
            after the other.
    """
    before, after = _beside(scripts, script)
    counts = _with_mark(scripts, part).aggregate(marked=Sum("given"), total=Count("pk"))
    if by_candidate:
        at = [one.ref for one in parts].index(part.ref)
        previous = (script.ref, parts[at - 1].ref) if at else _place(before, parts[-1])
        following = (script.ref, parts[at + 1].ref) if at + 1 < len(parts) else _place(after, parts[0])
        unmarked = _unmarked_by_candidate(scripts, script, parts, part)
    else:
        previous, following = _place(before, part), _place(after, part)
        unmarked = _unmarked_by_question(scripts, script, part)
    return Around(previous, following, unmarked, counts["marked"] or 0, counts["total"])


def first_open(script: Script, parts: tuple[PartRow, ...]) -> PartRow:
    """Return the first question of a script that is unmarked; its first one where all are marked."""
    marks = current_marks([script.attempt_id], script.round)
    unmarked = (one for one in parts if not marks.get((script.attempt_id, one.id), NEVER_MARKED).given)
    return next(unmarked, parts[0])


def _beside(scripts: QuerySet[Script], script: Script) -> tuple[Script | None, Script | None]:
    further = further_than(scripts, script)
    before = scripts.exclude(further).exclude(pk=script.pk).reverse().first()
    return before, scripts.filter(further).first()


def _place(script: Script | None, part: PartRow) -> Place | None:
    return (script.ref, part.ref) if script else None


def _with_mark(scripts: QuerySet[Script], part: PartRow) -> QuerySet[Script]:
    """Say of each script whether this question is marked: ``given`` is 1 or 0."""
    given = Case(
        When(Q(no_response=True) | Q(value_thousandths__isnull=False), then=Value(1)),
        default=Value(0),
        output_field=IntegerField(),
    )
    newest = Mark.objects.filter(attempt=OuterRef("attempt"), part=part.id, round=OuterRef("round"))
    held = newest.order_by("-version").annotate(given=given).values("given")[:1]
    return scripts.annotate(given=Coalesce(Subquery(held), Value(0)))


def _unmarked_by_question(scripts: QuerySet[Script], script: Script, part: PartRow) -> Place | None:
    """Return the next script on which this question is unmarked; past the last one it begins anew."""
    rows = _with_mark(scripts.filter(submitted_at=None), part).filter(given=0).exclude(pk=script.pk)  # type: ignore[misc]
    found = rows.filter(further_than(scripts, script)).first() or rows.first()
    return _place(found, part)


def _unmarked_by_candidate(
    scripts: QuerySet[Script], script: Script, parts: tuple[PartRow, ...], part: PartRow
) -> Place | None:
    """Return the next unmarked question of this script, else the first of the next script that has one."""
    marks = current_marks([script.attempt_id], script.round)
    at = [one.ref for one in parts].index(part.ref)
    if script.submitted_at is None:
        for one in (*parts[at + 1 :], *parts[:at]):
            if not marks.get((script.attempt_id, one.id), NEVER_MARKED).given:
                return script.ref, one.ref
    rows = scripts.filter(submitted_at=None, unmarked__gt=0).exclude(pk=script.pk)
    found = rows.filter(further_than(scripts, script)).first() or rows.first()
    return (found.ref, first_open(found, parts).ref) if found else None
