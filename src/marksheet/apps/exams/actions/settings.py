"""The verbs of an author on how an exam works: its options and its grade scale."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from marksheet.apps.exams.actions.authoring import editing
from marksheet.apps.exams.models import AssessmentVersion
from marksheet.apps.exams.queries.assessments import content_of
from marksheet.apps.exams.queries.problems import sentences
from marksheet.apps.ledger.errors import BadInput
from marksheet.apps.people.models import Person
from marksheet.rules.attempts import AttemptCounts
from marksheet.rules.authoring import any_by_hand, is_floor, option_problems
from marksheet.rules.grading import Scale, scale_to_json
from marksheet.rules.publication import ShowResults, Workflow
from marksheet.rules.visibility import Switches

MOST_ATTEMPTS = 100
MOST_MINUTES = 7 * 24 * 60


@dataclass(frozen=True, slots=True)
class Settings:
    """How an exam is marked, attempted and shown.

    Args:
        attempts_allowed: 1 or more.
        duration_minutes: None for no limit.
        paper_floor_thousandths: the lowest total; None lets it go below 0.
        questions_lifted: questions and keys do not wait for the end (practice exams).
    """

    workflow: str = Workflow.COORDINATED
    hand_check: bool = False
    show_results: str = ShowResults.PUBLISHER_DECIDES
    scheduler_may_override: bool = False
    questions_lifted: bool = False
    attempts_allowed: int = 1
    attempt_counts: str = AttemptCounts.LAST
    duration_minutes: int | None = None
    paper_floor_thousandths: int | None = 0
    switches: Switches = field(default_factory=Switches)


def settings_of(version: AssessmentVersion) -> Settings:
    """Return the settings of a version, as its author writes them."""
    names = [name for name in Settings.__dataclass_fields__ if name != "switches"]
    values: dict[str, Any] = {name: getattr(version, name) for name in names}
    return Settings(switches=Switches.from_json(version.switches), **values)


def edit_settings(
    actor: Person, version_ref: str, wanted: Settings, *, revision: int | None = None, at: datetime
) -> None:
    """Write the settings of a draft.

    Raises:
        NotFound, NotAllowed, WrongState, Stale: as ``authoring.editing``.
        BadInput: an option is not offered, or does not fit the questions; ``details`` says why.
    """
    with editing(actor, version_ref, at=at, revision=revision) as (opened, version):
        details = _problems(version, wanted)
        if details:
            raise BadInput(details[0], details=details)
        before, after = _facts(settings_of(version)), _facts(wanted)
        stored = {**after, "switches": wanted.switches.to_json()}
        AssessmentVersion.objects.filter(pk=version.pk).update(**stored)
        opened.record(
            "assessment",
            version.assessment_id,
            did="settings",
            version=version.ref,
            before=before,
            after=after,
        )


def _facts(settings: Settings) -> dict[str, Any]:
    return {
        name: str(value) if name in ("workflow", "show_results", "attempt_counts") else value
        for name, value in asdict(settings).items()
    }


def _problems(version: AssessmentVersion, wanted: Settings) -> list[str]:
    items = [item.draft for section in content_of(version) for item in section.items]
    # A paper without questions is not wholly scored by machine yet: what is offered follows the workflow.
    by_hand = any_by_hand(items) if items else wanted.workflow != Workflow.MACHINE_ONLY
    found = sentences(
        option_problems(
            wanted.workflow, wanted.show_results, any_by_hand=by_hand, hand_check=wanted.hand_check
        )
    )
    if not 1 <= wanted.attempts_allowed <= MOST_ATTEMPTS:
        found.append(_("The number of attempts is 1 to %(most)s.") % {"most": MOST_ATTEMPTS})
    if wanted.attempt_counts not in tuple(AttemptCounts):
        found.append(_("Choose which attempt counts."))
    if wanted.duration_minutes is not None and not 1 <= wanted.duration_minutes <= MOST_MINUTES:
        found.append(_("The duration is 1 to %(most)s minutes, or empty.") % {"most": MOST_MINUTES})
    if not is_floor(wanted.paper_floor_thousandths):
        found.append(_("The lowest total is 0 or below it."))
    return found


def edit_scale(
    actor: Person, version_ref: str, scale: Scale, *, revision: int | None = None, at: datetime
) -> None:
    """Write the grade scale of a draft; ``rules.grading.Scale`` has checked it already.

    Raises:
        NotFound, NotAllowed, WrongState, Stale: as ``authoring.editing``.
    """
    with editing(actor, version_ref, at=at, revision=revision) as (opened, version):
        stored = scale_to_json(scale)
        opened.record(
            "assessment",
            version.assessment_id,
            did="scale",
            version=version.ref,
            before=version.scale,
            after=stored,
        )
        AssessmentVersion.objects.filter(pk=version.pk).update(scale=stored)
