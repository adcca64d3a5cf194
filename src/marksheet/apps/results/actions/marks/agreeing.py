"""Two markers who differ agree on a mark: each proposes one with a note; what both propose stands."""

from datetime import datetime

from django.utils.translation import gettext as _

from marksheet.apps.exams.queries.paper import paper_of
from marksheet.apps.exams.queries.schemes import steps_of
from marksheet.apps.ledger.change import Change, change
from marksheet.apps.ledger.errors import BadInput, NotFound, WrongState
from marksheet.apps.marking import steps
from marksheet.apps.marking.models import MARKERS, Script
from marksheet.apps.people.models import Person
from marksheet.apps.people.steps import tell
from marksheet.apps.results.actions.marks.scene import marking_at, record, refuse_kept_apart
from marksheet.apps.results.queries.differences import Difference, differing
from marksheet.rules.access import Verb
from marksheet.rules.marks import BadMark, check_mark
from marksheet.rules.schemes import FINEST


def propose_mark(
    actor: Person,
    script_ref: str,
    part_ref: str,
    *,
    value: int | None,
    no_response: bool = False,
    note: str,
    at: datetime,
) -> bool:
    """Propose the mark of a part on which the two markers differ; return whether both are agreed now.

    A later proposal takes the place of an earlier one; all of them stay on record.

    Args:
        value: thousandths of a mark, 0 to the part's maximum; None with ``no_response``.
        note: why; the other marker reads it.

    Raises:
        NotFound: no script of the actor's, or no part, goes by that name.
        BadInput: no number, one out of range or between the steps of its scheme, or no note.
        WrongState: one of the two has not submitted, or the two do not differ there.
        NotAllowed: a conflict of interest keeps the actor from this work.
    """
    row = (
        Script.objects.filter(ref=script_ref, round__in=MARKERS, marker=actor)
        .select_related("schedule")
        .first()
    )
    if row is None:
        raise NotFound(_("There is no such script of yours."))
    schedule = marking_at(actor, row.schedule.ref, Verb.MARK_GIVE)
    part = {one.ref: one for one in paper_of(schedule.version_id, schedule.key_version_id).human_parts}.get(
        part_ref
    )
    if part is None:
        raise NotFound(_("There is no such part in this paper."))
    if not note.strip():
        raise BadInput(_("Say why: the other marker reads it, and it stays in the history."))
    _check(value, no_response, part.maximum_thousandths, steps_of([part.id]).get(part.id, FINEST))
    with change(actor, Verb.MARK_GIVE, at=at) as opened:
        script, other = _locked_pair(row)
        refuse_kept_apart(actor, [script])
        found = _difference(actor, script, part.id)
        changed = steps.store_proposal(opened, script, part.id, actor, value, no_response)
        if not changed:
            raise WrongState(_("You have proposed that already; the other marker has not answered yet."))
        agreed = (found.answered.value, found.answered.no_response) == (value, no_response) and bool(
            found.answered.shown
        )
        record(opened, schedule, [script], reason=note.strip(), proposed=1, agreed=int(agreed))
        _tell(opened, other, "mark-agreed" if agreed else "mark-proposed")
        return agreed


def _check(value: int | None, no_response: bool, maximum: int, step: int) -> None:
    if value is None and not no_response:
        raise BadInput(_("Enter the mark that you would agree on."))
    if value is not None:
        try:
            check_mark(value, maximum, step)
        except BadMark as bad:
            raise BadInput(str(bad)) from bad


def _locked_pair(row: Script) -> tuple[Script, Script]:
    """Lock both rounds of a script; the actor's first.

    Raises:
        WrongState: there is one round only, or one is not submitted.
    """
    rows = list(
        Script.objects.select_for_update(of=("self",), no_key=True)
        .filter(attempt=row.attempt_id, round__in=MARKERS)
        .select_related("attempt__enrolment", "schedule", "marker")
        .order_by("pk")
    )
    own = next(one for one in rows if one.pk == row.pk)
    other = next((one for one in rows if one.pk != row.pk), None)
    if other is None or own.submitted_at is None or other.submitted_at is None:
        raise WrongState(_("You can agree on marks once both of you have submitted this script."))
    return own, other


def _difference(actor: Person, script: Script, part_id: int) -> Difference:
    found = [one for one in differing(actor, script.schedule, [script]) if one.part.id == part_id]
    if not found:
        raise WrongState(_("The two of you are agreed here: there is nothing to settle."))
    return found[0]


def _tell(opened: Change, other: Script, kind: str) -> None:
    if other.marker is not None:
        path = f"/marking/assess/{other.schedule.ref}/differences/"
        tell(opened, [other.marker], kind, path=path, title=other.schedule.title)
