"""The words of the Schedules area, and what is next for one schedule."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marksheet.apps.exams.queries.schedules import Phase, Schedule
from marksheet.apps.results.queries.coordination import Progress
from marksheet.entrypoints.shared.addresses import address
from marksheet.entrypoints.shared.menu import Label
from marksheet.rules.access import Verb
from marksheet.rules.publication import ShowResults, Workflow

PHASES = [
    (Phase.DRAFT, gettext_lazy("Draft")),
    (Phase.ACTIVE, gettext_lazy("Active")),
    (Phase.RUNNING, gettext_lazy("Running")),
    (Phase.ENDED, gettext_lazy("Ended")),
    (Phase.ARCHIVED, gettext_lazy("Archived")),
]
WORKFLOWS: dict[str, Label] = {
    Workflow.COORDINATED: gettext_lazy("Coordinated"),
    Workflow.MACHINE_ONLY: gettext_lazy("Machine only"),
    Workflow.SCHEDULER_MARKS: gettext_lazy("The scheduler marks"),
}
SHOWS: dict[str, Label] = {
    ShowResults.NEVER: gettext_lazy("Never"),
    ShowResults.PUBLISHER_DECIDES: gettext_lazy("When the publisher decides"),
    ShowResults.AFTER_EACH_ATTEMPT: gettext_lazy("After each attempt"),
    ShowResults.AFTER_LAST_ATTEMPT: gettext_lazy("After the last attempt"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing on the way to results: done or not, in words, and where to do it."""

    done: bool
    text: str
    url: str = ""
    link: str = ""


def next_steps(
    schedule: Schedule, phase: Phase, counts: Mapping[str, int], held: Collection[str], progress: Progress
) -> list[Step]:
    """Return the way from a plan to published results, what is done and what is next."""
    if phase == Phase.ARCHIVED:
        return []
    active, by_hand = phase != Phase.DRAFT, not schedule.wholly_machine
    work = counts["handed_in"] > 0
    coordinates = Verb.SCHEDULE_COORDINATE in held and schedule.workflow == Workflow.COORDINATED
    files = address("imports:start", schedule.ref) if Verb.WORK_IMPORT in held else ""
    paper = address("coordinator:hand-in", schedule.ref) if coordinates else ""
    grid = address("assess:grid", schedule.ref) if Verb.MARK_GIVE in held else ""
    steps = [
        Step(counts["enrolled"] > 0, _("Add the candidates"), "#candidates", _("Add")),
        Step(active, _("Activate: the exam, its keys and options are fixed from then on")),
    ]
    if schedule.workflow == Workflow.COORDINATED:
        people = address("coordinator:people", schedule.ref) if coordinates and active else ""
        text = _("The coordinator names who marks and who publishes")
        steps.append(Step(progress.staffed, text, people, _("People")))
    if active and by_hand:
        text = _("What was handed in is recorded, or a file brings it")
        steps.append(Step(work, text, paper or files, _("Record")))
        text = _("Markers type marks into the mark sheet and submit")
        if schedule.workflow != Workflow.COORDINATED:
            text = _(
                "Whoever activated it, or was handed it over, types marks into the mark sheet and submits"
            )
        steps.append(Step(progress.marked, text, grid, _("Mark sheet")))
    elif active:
        text = _("A file brings the answers, or they are recorded as handed in and typed")
        steps.append(Step(work, text, files, _("Bring in work")))
    text = _("The results are published")
    steps.append(Step(progress.published, text, _results(active, held), _("Results")))
    return steps


def _results(active: bool, held: Collection[str]) -> str:
    sees = not {Verb.REPORT_VIEW, Verb.MARK_GIVE, Verb.MARK_MODERATE}.isdisjoint(held)
    return address("results:list") if active and sees else ""
