"""The verbs of an author: assessments, their versions, and making one live."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.utils.translation import gettext as _

from marksheet.apps.exams.models import Assessment, AssessmentVersion, Import, KeyVersion, VersionState
from marksheet.apps.exams.queries.assessments import (
    assessment_for,
    content_of,
    problems_of,
    version_for,
    versions_of,
)
from marksheet.apps.exams.queries.problems import sentences
from marksheet.apps.exams.steps.authoring import add_first_section, copy_content, remove_everything
from marksheet.apps.ledger.change import Change, change
from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound, Stale, WrongState
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries import demand, helpers, holds, institution_of, unit_for
from marksheet.rules.access import Verb
from marksheet.rules.grading import Scale, pass_at, scale_to_json
from marksheet.rules.publication import ShowResults, Workflow
from marksheet.rules.visibility import Switches


def new_scale() -> Scale:
    """Return the scale that a new assessment begins with: pass at 55 %, no grades."""
    return Scale(pass_mark=pass_at(55))


def create_assessment(
    actor: Person, unit_ref: str, *, code: str, title: str, language: str = "en", at: datetime
) -> Assessment:
    """Create an assessment with a first draft; return it.

    Raises:
        NotFound: the unit is hidden from the actor.
        NotAllowed: the actor does not author there.
        BadInput: no title, no code, or the code is taken.
    """
    with change(actor, Verb.EXAM_AUTHOR, at=at) as opened:
        unit = unit_for(actor, unit_ref, Verb.EXAM_AUTHOR, Verb.SCHEDULE_MANAGE, Verb.UNIT_MANAGE)
        demand(actor, Verb.EXAM_AUTHOR, unit.pk, _("You may not write exams in this unit."))
        institution = institution_of(unit)
        details = _name_problems(institution.pk, code, title)
        if details:
            raise BadInput(details[0], details=details)
        assessment = Assessment.objects.create(
            unit=unit,
            institution=institution,
            code=code.strip(),
            title=title.strip(),
            language=language,
            created_at=at,
        )
        version = AssessmentVersion.objects.create(
            assessment=assessment,
            number=1,
            workflow=Workflow.COORDINATED,
            show_results=ShowResults.PUBLISHER_DECIDES,
            attempt_counts="last",
            scale=scale_to_json(new_scale()),
            switches=Switches().to_json(),
        )
        add_first_section(opened, version)
        opened.record(
            "assessment", assessment.pk, did="created", code=assessment.code, title=assessment.title
        )
    return assessment


def edit_assessment(actor: Person, ref: str, *, code: str, title: str, language: str, at: datetime) -> None:
    """Change the title, code and language of an assessment; schedules keep their own.

    Raises:
        NotFound, NotAllowed: the actor does not see it, or does not author there.
        BadInput: no title, no code, or the code is taken.
    """
    with change(actor, Verb.EXAM_AUTHOR, at=at) as opened:
        assessment = authored(actor, ref)
        details = _name_problems(assessment.institution_id, code, title, but=assessment)
        if details:
            raise BadInput(details[0], details=details)
        before = {"code": assessment.code, "title": assessment.title, "language": assessment.language}
        after = {"code": code.strip(), "title": title.strip(), "language": language}
        if before != after:
            Assessment.objects.filter(pk=assessment.pk).update(**after)
            opened.record("assessment", assessment.pk, did="renamed", before=before, after=after)


def archive_assessment(actor: Person, ref: str, *, at: datetime) -> None:
    """Put an assessment away: no new schedule can use it; what used it stays."""
    with change(actor, Verb.EXAM_AUTHOR, at=at) as opened:
        assessment = authored(actor, ref)
        if assessment.archived_at is None:
            Assessment.objects.filter(pk=assessment.pk).update(archived_at=at)
            opened.record("assessment", assessment.pk, did="archived")


def _name_problems(institution_id: int, code: str, title: str, *, but: Assessment | None = None) -> list[str]:
    found = []
    if not title.strip():
        found.append(_("Give the assessment a title."))
    if not code.strip():
        found.append(_("Give the assessment a code."))
    if len(title.strip()) > 200 or len(code.strip()) > 60:
        found.append(_("A title has at most 200 characters, a code at most 60."))
    others = Assessment.objects.filter(institution_id=institution_id, code__iexact=code.strip())
    if others.exclude(pk=but.pk if but else 0).exists():
        found.append(_("The code %(code)s is taken by another assessment.") % {"code": code.strip()})
    return found


def authored(actor: Person, ref: str) -> Assessment:
    """Return an assessment that the actor sees and authors.

    Raises:
        NotFound, NotAllowed: one of the two is not so.
    """
    assessment = assessment_for(actor, ref)
    _demand_author(actor, assessment)
    return assessment


def _demand_author(actor: Person, assessment: Assessment) -> None:
    if not holds(actor, Verb.EXAM_AUTHOR, assessment.unit_id):
        raise NotAllowed(
            _("You may see this exam but not change it."),
            helpers=helpers(Verb.EXAM_AUTHOR, assessment.unit_id),
        )


@contextmanager
def editing(
    actor: Person, version_ref: str, *, at: datetime, revision: int | None = None
) -> Iterator[tuple[Change, AssessmentVersion]]:
    """Open a change on a draft that the actor may edit, locked, its revision counted up.

    Args:
        revision: what the actor looked at; None where edits do not overwrite each other.

    Raises:
        NotFound, NotAllowed: the actor does not see it, or does not author there.
        WrongState: it is live.
        Stale: somebody else changed it since.
    """
    with change(actor, Verb.EXAM_AUTHOR, at=at) as opened:
        version = lock_version(actor, version_ref)
        if version.state != VersionState.DRAFT:
            raise WrongState(
                _("This version is live and stays as it is. Make a new draft from it to change it.")
            )
        if revision is not None and revision != version.revision:
            raise Stale(_("Somebody changed this draft while you had it open. Look at it again, then save."))
        version.revision += 1
        AssessmentVersion.objects.filter(pk=version.pk).update(revision=version.revision)
        yield opened, version


def lock_version(actor: Person, version_ref: str) -> AssessmentVersion:
    """Return a version that the actor authors, locked until the change ends."""
    seen = version_for(actor, version_ref)
    _demand_author(actor, seen.assessment)
    version = AssessmentVersion.objects.select_for_update(no_key=True).filter(pk=seen.pk).first()
    if version is None:
        raise NotFound(_("There is no such version."))
    version.assessment = seen.assessment
    return version


def make_live(actor: Person, version_ref: str, *, at: datetime) -> None:
    """Freeze a draft so that schedules can use it.

    Raises:
        NotFound, NotAllowed, WrongState: as ``editing``.
        BadInput: something stands in the way; ``details`` says all of it.
    """
    with editing(actor, version_ref, at=at) as (opened, version):
        details = sentences(problems_of(version))
        if details:
            raise BadInput(_("This version cannot be made live yet."), details=details)
        KeyVersion.objects.filter(version=version, sealed_at=None).update(sealed_at=at)
        AssessmentVersion.objects.filter(pk=version.pk).update(state=VersionState.LIVE, frozen_at=at)
        opened.record(
            "assessment", version.assessment_id, did="made_live", version=version.ref, number=version.number
        )


def new_draft_from(actor: Person, version_ref: str, *, at: datetime) -> AssessmentVersion:
    """Copy a live version, its keys and schemes included, into a new draft; return that.

    Raises:
        NotFound, NotAllowed: the actor does not see it, or does not author there.
        WrongState: the version is a draft itself, or there is a draft already.
    """
    with change(actor, Verb.EXAM_AUTHOR, at=at) as opened:
        live = lock_version(actor, version_ref)
        versions = versions_of(live.assessment)
        if versions.filter(state=VersionState.DRAFT).exists():
            raise WrongState(_("There is a draft already: edit it, or discard it first."))
        draft = AssessmentVersion.objects.get(pk=live.pk)
        number = max(versions.values_list("number", flat=True)) + 1
        copied = {
            field.attname: getattr(draft, field.attname)
            for field in AssessmentVersion._meta.concrete_fields
            if field.attname not in ("id", "ref", "number", "state", "revision", "frozen_at")
        }
        draft = AssessmentVersion.objects.create(number=number, **copied)
        copy_content(opened, content_of(live), draft)
        opened.record(
            "assessment", live.assessment_id, did="drafted", version=draft.ref, number=number, source=live.ref
        )
    return draft


def discard_draft(actor: Person, version_ref: str, *, at: datetime) -> None:
    """Throw a draft away; live versions and their schedules stay.

    Raises:
        NotFound, NotAllowed, WrongState: as ``editing``; also when it is the only version.
    """
    with editing(actor, version_ref, at=at) as (opened, version):
        if not versions_of(version.assessment).exclude(pk=version.pk).exists():
            raise WrongState(_("This is the only version. Archive the assessment instead."))
        remove_everything(opened, version)
        # Files that were read into the draft go with it.
        Import.objects.filter(version=version).delete()
        AssessmentVersion.objects.filter(pk=version.pk).delete()
        opened.record("assessment", version.assessment_id, did="draft_discarded", number=version.number)
