"""How an exam is marked, attempted and shown, as its author types it."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from marksheet.apps.exams.actions.settings import Settings
from marksheet.entrypoints.web.exams.fields import FloorField
from marksheet.entrypoints.web.exams.forms import FLOOR_HELP
from marksheet.rules.attempts import AttemptCounts
from marksheet.rules.publication import ShowResults, Workflow
from marksheet.rules.visibility import Switches

WORKFLOWS = [
    (Workflow.COORDINATED, gettext_lazy("Coordinated: a coordinator names markers and a publisher")),
    (
        Workflow.SCHEDULER_MARKS,
        gettext_lazy("The scheduler marks: whoever activates the schedule marks all of it and publishes"),
    ),
    (
        Workflow.MACHINE_ONLY,
        gettext_lazy("Machine only: nobody marks; whoever activates the schedule publishes"),
    ),
]
SHOWS = {
    ShowResults.NEVER: gettext_lazy("Never: the candidate's page says “not disclosed”"),
    ShowResults.PUBLISHER_DECIDES: gettext_lazy("When the publisher decides: the dialog asks"),
    ShowResults.AFTER_EACH_ATTEMPT: gettext_lazy("After each attempt: shown at publication"),
    ShowResults.AFTER_LAST_ATTEMPT: gettext_lazy("After the last attempt: shown at publication"),
}
COUNTS = [
    (AttemptCounts.LAST, gettext_lazy("the last")),
    (AttemptCounts.FIRST, gettext_lazy("the first")),
    (AttemptCounts.BEST, gettext_lazy("the best")),
]
# Those that work today; the others come with objectives and whole scripts.
SWITCHES = {
    "percentage": gettext_lazy("Percentage"),
    "score": gettext_lazy("Score in marks"),
    "pass_mark": gettext_lazy("Pass mark"),
    "outcome": gettext_lazy("Passed or failed"),
    "grade": gettext_lazy("Grade"),
    "summary": gettext_lazy("Score per question"),
    "detail": gettext_lazy("Own answer and right answer per question"),
    "feedback": gettext_lazy("Feedback per question"),
    "annotations": gettext_lazy("Own response with annotations"),
}


class SettingsForm(forms.Form):
    """How the exam is marked, attempted and shown."""

    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)
    workflow = forms.ChoiceField(label=gettext_lazy("Who marks"), choices=WORKFLOWS, widget=forms.RadioSelect)
    hand_check = forms.BooleanField(
        label=gettext_lazy("Check machine scores by hand"),
        required=False,
        help_text=gettext_lazy("Counts as work marked by hand: nothing publishes by itself."),
    )
    show_results = forms.ChoiceField(
        label=gettext_lazy("Show results to candidates"),
        choices=list(SHOWS.items()),
        widget=forms.RadioSelect,
    )
    scheduler_may_override = forms.BooleanField(
        label=gettext_lazy("The scheduler may choose otherwise for one schedule"), required=False
    )
    questions_lifted = forms.BooleanField(
        label=gettext_lazy("Practice exam: do not hold questions and answers back"),
        required=False,
        help_text=gettext_lazy(
            "Otherwise they wait until the candidate has no attempt left and every window that uses this "
            "version is closed."
        ),
    )
    attempts_allowed = forms.IntegerField(
        label=gettext_lazy("Attempts"), min_value=1, max_value=100, initial=1
    )
    attempt_counts = forms.ChoiceField(label=gettext_lazy("Which counts"), choices=COUNTS)
    duration_minutes = forms.IntegerField(
        label=gettext_lazy("Duration in minutes"), required=False, min_value=1, max_value=10_080
    )
    floor = FloorField(label=gettext_lazy("Lowest total"), help_text=FLOOR_HELP)
    switches = forms.MultipleChoiceField(
        label=gettext_lazy("What a shown result contains"),
        choices=list(SWITCHES.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(
        self, *args: Any, shows: Sequence[str], kept: Switches | None = None, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.kept = kept or Switches()
        self.fields["show_results"].choices = [(one, SHOWS[ShowResults(one)]) for one in shows]  # type: ignore[attr-defined]

    def settings(self) -> Settings:
        """Return the settings as typed."""
        typed = self.cleaned_data
        chosen = {name: name in typed["switches"] for name in SWITCHES}
        return Settings(
            workflow=typed["workflow"],
            hand_check=typed["hand_check"],
            show_results=typed["show_results"],
            scheduler_may_override=typed["scheduler_may_override"],
            questions_lifted=typed["questions_lifted"],
            attempts_allowed=typed["attempts_allowed"],
            attempt_counts=typed["attempt_counts"],
            duration_minutes=typed["duration_minutes"],
            paper_floor_thousandths=typed["floor"],
            switches=Switches.from_json({**self.kept.to_json(), **chosen}),
        )

    @staticmethod
    def shown(settings: Settings, revision: int) -> dict[str, Any]:
        """Return what the form begins with."""
        on = settings.switches.to_json()
        return {
            "revision": revision,
            "workflow": settings.workflow,
            "hand_check": settings.hand_check,
            "show_results": settings.show_results,
            "scheduler_may_override": settings.scheduler_may_override,
            "questions_lifted": settings.questions_lifted,
            "attempts_allowed": settings.attempts_allowed,
            "attempt_counts": settings.attempt_counts,
            "duration_minutes": settings.duration_minutes,
            "floor": settings.paper_floor_thousandths,
            "switches": [name for name in SWITCHES if on[name]],
        }
