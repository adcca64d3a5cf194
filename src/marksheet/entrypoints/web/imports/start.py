"""Upload a file: the first step, which writes nothing but the file."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from marksheet.apps.exams.actions.imports import note_upload
from marksheet.apps.exams.queries.assessments import assessment_for, draft_of
from marksheet.apps.exams.queries.imports import CANDIDATES, FILES, ITEMS, WORK, imports_of
from marksheet.apps.exams.queries.schedules import schedule_for
from marksheet.apps.ledger import clock
from marksheet.apps.people.queries import Person, verbs_at
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.acting import carried_out, posted
from marksheet.entrypoints.shared.intake.archives import marked_parts, store_archive
from marksheet.entrypoints.shared.intake.files import store_file
from marksheet.entrypoints.web.imports.places import address
from marksheet.rules.access import Verb

EARLIER = 20
KINDS = {
    WORK: _("Answers and marks"),
    FILES: _("Files of candidates, in a zip"),
    CANDIDATES: _("Candidates"),
    ITEMS: _("Questions"),
}


class UploadForm(forms.Form):
    """A file, and what it holds."""

    kind = forms.ChoiceField()
    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "CSV or XLSX, one heading row; files of candidates as a zip. Nothing but the file is kept before you have "
            "seen a preview."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.zip"}),
        allow_empty_file=True,
    )

    def __init__(self, *args: Any, kinds: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(kind, KINDS[kind]) for kind in kinds]
        widget = forms.HiddenInput if len(kinds) == 1 else forms.RadioSelect
        self.fields["kind"] = forms.ChoiceField(
            label=_("What is in the file?"), choices=choices, initial=kinds[0], widget=widget
        )


@signed_in
@require_http_methods(["GET", "POST"])
def at_schedule(request: HttpRequest, ref: str) -> HttpResponse:
    """Upload candidates, or answers and marks, for a schedule."""
    person = person_of(request)
    schedule = schedule_for(person, ref, Verb.WORK_IMPORT, Verb.SCHEDULE_MANAGE)
    held = verbs_at(person, schedule.node_id)
    kinds = [CANDIDATES] if Verb.SCHEDULE_MANAGE in held else []
    if Verb.WORK_IMPORT in held:
        kinds = [WORK, *([FILES] if marked_parts(schedule) else []), *kinds]
    if request.GET.get("kind") in kinds:
        kinds.sort(key=lambda kind: kind != request.GET["kind"])
    form = UploadForm(posted(request), request.FILES or None, kinds=kinds)
    found = _uploaded(request, person, form, ref)
    if found:
        return found
    earlier = imports_of(person, schedule_id=schedule.pk)[:EARLIER]
    context = {
        "form": form,
        "schedule": schedule,
        "earlier": [(one, address(one), KINDS[one.kind]) for one in earlier],
    }
    return render(request, "imports/start.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def at_exam(request: HttpRequest, ref: str) -> HttpResponse:
    """Upload questions for the draft of an exam."""
    person = person_of(request)
    assessment = assessment_for(person, ref, Verb.EXAM_AUTHOR)
    form = UploadForm(posted(request), request.FILES or None, kinds=[ITEMS])
    found = _uploaded(request, person, form, ref)
    if found:
        return found
    earlier = imports_of(person, assessment_id=assessment.pk)[:EARLIER]
    context = {
        "form": form,
        "assessment": assessment,
        "draft": draft_of(assessment),
        "earlier": [(one, address(one), KINDS[one.kind]) for one in earlier],
    }
    return render(request, "imports/start.html", context)


def _uploaded(request: HttpRequest, person: Person, form: UploadForm, ref: str) -> HttpResponse | None:
    at, made = clock.read(), []

    def store(typed: dict[str, Any]) -> None:
        sent, keep = typed["file"], store_archive if typed["kind"] == FILES else store_file
        made.append(note_upload(person, typed["kind"], ref, keep(sent.name, sent.chunks()), at=at))

    return redirect(address(made[0], "columns")) if carried_out(request, form, store) and made else None
