"""Say of marks given under an older marking scheme that they are still right; their numbers stay as they are."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from marksheet.apps.exams.models import Schedule, ScheduleState, Scheme
from marksheet.apps.exams.queries.paper import PartRow, paper_of
from marksheet.apps.exams.queries.schemes import newest_schemes
from marksheet.apps.exams.steps.activity import note_activity
from marksheet.apps.ledger.change import change
from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound, Stale, WrongState
from marksheet.apps.marking import steps
from marksheet.apps.marking.models import Mark, Round
from marksheet.apps.marking.queries.schemes import CHECKING, coordinates, older_in, schedule_with_schemes
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries import helpers
from marksheet.apps.results.actions.marks.scene import locked, refuse_kept_apart
from marksheet.rules.access import Verb
from marksheet.rules.marks import shown
from marksheet.rules.schemes import allows


class Seen(NamedTuple):
    """A mark that was ticked: its script's ref, its version on the page, and whether it is one that two agreed on."""

    script_ref: str
    version: int
    agreed: bool = False


def confirm_marks(
    actor: Person, schedule_ref: str, part_ref: str, seen: Sequence[Seen], *, against: int, at: datetime
) -> int:
    """Confirm marks of one part under the newest version of its scheme; return how many were.

    Nothing that a result is made of changes, so that submitted scripts stay submitted and published results
    stay as they are. Whose script it is confirms a mark, on a pile who gave it, or who coordinates there. The same
    again changes nothing.

    Args:
        seen: what was ticked.
        against: the number of the newest version of the scheme when the page was made.

    Raises:
        NotFound: schedule, part or script is not there, or hidden from the actor.
        NotAllowed: a mark is another marker's to check, or of work that the actor never has in hand.
        WrongState: the schedule is not active.
        Stale: the scheme or one of the marks changed since.
        BadInput: nothing was ticked, or the newest version does not allow such a mark.
    """
    if not seen:
        raise BadInput(_("Tick at least one mark."))
    schedule = schedule_with_schemes(actor, schedule_ref, *CHECKING)
    if schedule.state != ScheduleState.ACTIVE:
        raise WrongState(_("This schedule is not active: its marks cannot be changed now."))
    part = _part(schedule, part_ref)
    with change(actor, Verb.MARK_GIVE, at=at) as opened:
        refs = {one.script_ref for one in seen}
        scripts = locked(actor, schedule, refs)
        if refs - set(scripts):
            raise NotFound(_("There is no such script."))
        refuse_kept_apart(actor, scripts.values())
        scheme = newest_schemes([part.id]).get(part.id)
        if scheme is None or scheme.number != against:
            raise Stale(_("The marking scheme was changed again meanwhile. Look at it, then confirm."))
        marks = _ticked(actor, schedule, part, scheme, seen)
        if not marks:
            return 0
        _refuse_between(marks, scheme)
        steps.confirm_marks(opened, actor, marks, scheme)
        kind, key = ("attempt", marks[0].attempt_id) if len(marks) == 1 else ("schedule", schedule.pk)
        opened.record(
            kind,
            key,
            schedule_id=schedule.pk,
            did="marks_confirmed",
            confirmed=len(marks),
            part=part.label,
            scheme=scheme.number,
        )
        note_activity(opened, schedule)
        return len(marks)


def _part(schedule: Schedule, ref: str) -> PartRow:
    paper = paper_of(schedule.version_id, schedule.key_version_id)
    part = next((part for part in paper.unscored_parts if part.ref == ref), None)
    if part is None:
        raise NotFound(_("There is no such part in this paper."))
    return part


def _ticked(
    actor: Person, schedule: Schedule, part: PartRow, scheme: Scheme, seen: Sequence[Seen]
) -> list[Mark]:
    """Return the marks that were ticked and still stand as they were; those confirmed meanwhile are left out."""
    wanted = {(one.script_ref, one.agreed): one.version for one in seen}

    def ticked(*, everybody: bool) -> dict[tuple[str, bool], Mark]:
        rows: Any = older_in(actor, schedule, {part.id: scheme}, everybody=everybody)
        found = {
            (mark.script_ref, mark.round == Round.AGREED): mark
            for mark in rows.filter(script_ref__in={ref for ref, _agreed in wanted})
        }
        return {key: mark for key, mark in found.items() if key in wanted}

    older = ticked(everybody=True)
    if not coordinates(actor, schedule) and older.keys() - ticked(everybody=False).keys():
        raise NotAllowed(
            _("Some of these marks are not yours: whose script it is, or a coordinator, confirms them."),
            helpers=helpers(Verb.SCHEDULE_COORDINATE, schedule.node_id),
        )
    if any(mark.version != wanted[key] for key, mark in older.items()):
        raise Stale(
            _("Some of these marks were changed meanwhile. Nothing was confirmed: look at the list again.")
        )
    return list(older.values())


def _refuse_between(marks: Sequence[Mark], scheme: Scheme) -> None:
    between = [mark for mark in marks if not allows(mark.value_thousandths or 0, scheme.step_thousandths)]
    if between:
        raise BadInput(
            _("Nothing was confirmed: version %(n)s does not allow some of these marks. Change them instead.")
            % {"n": scheme.number},
            details=[
                _("%(name)s: %(mark)s is no multiple of %(step)s")
                % {
                    "name": mark.attempt.enrolment.name,
                    "mark": shown(mark.value_thousandths or 0),
                    "step": shown(scheme.step_thousandths),
                }
                for mark in between
            ],
        )
