"""The verb that writes how a part is to be marked, also while an exam is live."""

from datetime import datetime

from django.utils.translation import gettext as _

from marksheet.apps.exams.models import (
    AssessmentVersion,
    Enrolment,
    Part,
    Schedule,
    ScheduleState,
    Scheme,
)
from marksheet.apps.exams.queries.problems import sentences
from marksheet.apps.exams.queries.schemes import may_write_scheme, newest_schemes, scheme_part_for, written
from marksheet.apps.exams.steps.authoring import new_scheme
from marksheet.apps.ledger.change import Change, change
from marksheet.apps.ledger.errors import BadInput, NotAllowed, Stale
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries import helpers, people_with
from marksheet.apps.people.steps import tell
from marksheet.rules import schemes as rules
from marksheet.rules.access import Verb


class StaleScheme(Stale):
    """Somebody else saved a version meanwhile; ``newest`` is its number."""

    def __init__(self, newest: Scheme) -> None:
        self.newest = newest.number
        by = newest.written_by.name if newest.written_by else _("Somebody")
        super().__init__(
            _(
                "%(by)s saved version %(n)s while you had this page open. Nothing was overwritten, and what you "
                "typed is kept here. Look at version %(n)s first; saving again puts yours after it."
            )
            % {"by": by, "n": newest.number}
        )


def write_scheme(
    actor: Person, part_ref: str, scheme: rules.Scheme, *, against: int, at: datetime
) -> Scheme | None:
    """Write how a part is to be marked, as a new version; return it, or None when nothing changed.

    Marks keep the version that they were given under; who marks at an active schedule that uses it is told.

    Args:
        against: the number of the version that was on the page when it was typed; 0 where there was none.

    Raises:
        NotFound: there is no such part for people to mark, or its scheme is hidden from the actor.
        NotAllowed: the actor neither writes this exam nor edits marking schemes where it is used.
        BadInput: the part cannot be marked so; ``details`` says why.
        StaleScheme: there is a newer version than the actor saw.
    """
    wanted = rules.tidied(scheme)
    with change(actor, Verb.SCHEME_EDIT, at=at) as opened:
        part = scheme_part_for(actor, part_ref)
        # Whoever writes a draft's questions anew locks the same row.
        AssessmentVersion.objects.select_for_update(no_key=True).get(pk=part.version_id)
        part = scheme_part_for(actor, part_ref)
        _demand(actor, part)
        newest = newest_schemes([part.pk]).get(part.pk)
        if newest is not None and newest.number != against:
            if written(newest) == wanted:
                return None
            raise StaleScheme(newest)
        details = sentences(rules.scheme_problems(wanted, part.maximum_thousandths))
        if details:
            raise BadInput(_("The marking scheme was not saved."), details=details)
        if written(newest) == wanted:
            return None
        row = new_scheme(part, newest.number + 1 if newest else 1, wanted, by=actor.pk, at=at)
        row.save(force_insert=True)
        using = list(
            Schedule.objects.filter(version=part.version_id).exclude(activated_at=None).order_by("pk")
        )
        opened.lines(
            ("schedule", schedule.pk, {"scheme": row.number, "part": part.label}) for schedule in using
        )
        for schedule in using:
            _tell_markers(opened, actor, schedule, part)
        opened.record(
            "assessment",
            part.version.assessment_id,
            did="scheme_written",
            part=part.label,
            number=row.number,
            step=wanted.step_thousandths,
            changed=[one.what for one in rules.what_changed(written(newest), wanted)],
            private={"guidance": wanted.guidance, "model_answer": wanted.model_answer},
        )
        return row


def _tell_markers(opened: Change, actor: Person, schedule: Schedule, part: Part) -> None:
    """Tell who marks at an active schedule; who is a candidate with this paper reads none of its schemes."""
    if schedule.state != ScheduleState.ACTIVE:
        return
    candidates = Enrolment.objects.filter(schedule__version=part.version_id).values("person")
    markers = people_with(Verb.MARK_GIVE, schedule.node_id).exclude(pk__in=candidates).exclude(pk=actor.pk)
    tell(
        opened,
        markers,
        "scheme-changed",
        path=f"/marking/schemes/{schedule.ref}/",
        part=part.label,
        schedule=schedule.title,
        code=schedule.code,
    )


def _demand(actor: Person, part: Part) -> None:
    if not may_write_scheme(actor, part):
        raise NotAllowed(
            _("You may read this marking scheme but not change it."),
            helpers=helpers(Verb.SCHEME_EDIT, part.version.assessment.unit_id),
        )
