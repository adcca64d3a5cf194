"""Assessments: the list, one page each, and how a version works: settings, grade scale, making it live."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from marksheet.apps.exams.actions import authoring
from marksheet.apps.exams.actions import settings as how
from marksheet.apps.exams.queries import assessments as queries
from marksheet.apps.exams.queries.assessments import AssessmentVersion, VersionState
from marksheet.apps.exams.queries.problems import marks, sentences
from marksheet.apps.exams.queries.schedules import schedules_seen_by
from marksheet.apps.ledger import clock
from marksheet.apps.people.queries import Person, holds, holds_somewhere, units_where
from marksheet.entrypoints.shared import asking
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.acting import carried_out, done, posted
from marksheet.entrypoints.web.exams.forms import AssessmentForm
from marksheet.entrypoints.web.exams.scale_form import ScaleForm, examples, sentence
from marksheet.entrypoints.web.exams.settings_form import SHOWS, SWITCHES, WORKFLOWS, SettingsForm
from marksheet.rules.access import Verb
from marksheet.rules.authoring import any_by_hand, paper_maximum
from marksheet.rules.publication import ShowResults, Workflow, offered
from marksheet.rules.visibility import Switches

PAGE = 50


@signed_in
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """List the assessments that the reader sees, newest first."""
    person = person_of(request)
    text = request.GET.get("q", "").strip()[:200]
    rows = queries.searched(queries.assessments_seen_by(person), text)
    if not request.GET.get("archived"):
        rows = rows.filter(archived_at=None)
    number = asking.page_number(request.GET)
    page = list(rows[(number - 1) * PAGE : number * PAGE + 1])
    context = {
        "rows": page[:PAGE],
        "q": text,
        "archived": bool(request.GET.get("archived")),
        "total": rows.count(),
        "number": number,
        "more": len(page) > PAGE,
        "may_author": holds_somewhere(person, Verb.EXAM_AUTHOR),
    }
    return render(request, "exams/list.html", context)


def _units(person: Person) -> list[tuple[str, str]]:
    return [(unit.ref, unit.name) for unit in units_where(person, Verb.EXAM_AUTHOR)]


@signed_in
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Create an assessment, and go on to its questions."""
    person, at = person_of(request), clock.read()
    units = _units(person)
    form = AssessmentForm(posted(request), units=units)
    made: list[queries.Assessment] = []

    def create(typed: dict[str, Any]) -> None:
        made.append(
            authoring.create_assessment(
                person,
                typed["unit"],
                code=typed["code"],
                title=typed["title"],
                language=typed["language"],
                at=at,
            )
        )

    if units and carried_out(request, form, create):
        draft = queries.draft_of(made[0])
        done(request, _("%(title)s was created. Add its questions.") % {"title": made[0].title})
        return redirect("exams:version", draft.ref if draft else made[0].ref)
    return render(request, "exams/new.html", {"form": form, "units": units})


@signed_in
@require_GET
def assessment(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one assessment: its versions, and where they are used."""
    person = person_of(request)
    found = queries.assessment_for(person, ref)
    versions = list(queries.versions_of(found))
    seen = schedules_seen_by(person).filter(version__assessment=found)
    context = {
        "assessment": found,
        "versions": versions,
        "has_draft": any(version.state == VersionState.DRAFT for version in versions),
        "newest_live": next((v for v in versions if v.state == VersionState.LIVE), None),
        "schedules": seen[:20],
        "may_author": holds(person, Verb.EXAM_AUTHOR, found.unit_id),
        "may_schedule": holds_somewhere(person, Verb.SCHEDULE_MANAGE),
    }
    return render(request, "exams/assessment.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, ref: str) -> HttpResponse:
    """Change title, code and language."""
    person, at = person_of(request), clock.read()
    found = queries.assessment_for(person, ref)
    initial = {"title": found.title, "code": found.code, "language": found.language}
    form = AssessmentForm(posted(request), initial=initial)
    if carried_out(request, form, lambda typed: authoring.edit_assessment(person, ref, **typed, at=at)):
        done(request, _("The assessment was changed. Schedules keep their own title."))
        return redirect("exams:assessment", ref)
    return render(request, "exams/edit.html", {"form": form, "assessment": found})


@signed_in
@require_POST
def archive(request: HttpRequest, ref: str) -> HttpResponse:
    """Put an assessment away."""
    authoring.archive_assessment(person_of(request), ref, at=clock.read())
    done(request, _("The assessment was archived."))
    return redirect("exams:list")


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a list of facts."""

    name: str
    value: str


def version_context(person: Person, version: AssessmentVersion) -> dict[str, Any]:
    """Return what every page of a version shows around its own matter."""
    return {
        "version": version,
        "assessment": version.assessment,
        "is_draft": version.state == VersionState.DRAFT,
        "may_author": holds(person, Verb.EXAM_AUTHOR, version.assessment.unit_id),
    }


def may_edit(context: dict[str, Any]) -> bool:
    """Say whether the reader of a version's page may change it."""
    return bool(context["is_draft"] and context["may_author"])


def facts_of(version: AssessmentVersion, maximum: Fraction, *, by_hand: bool) -> list[Fact]:
    """Return how a version works, in words."""
    scale = queries.scale_of(version)
    workflow = {str(value): str(label).split(":")[0] for value, label in WORKFLOWS}
    attempts = str(version.attempts_allowed)
    if version.attempts_allowed > 1:
        counted = {"first": _("the first counts"), "last": _("the last counts"), "best": _("the best counts")}
        attempts = f"{attempts}, {counted[version.attempt_counts]}"
    marked = _("by hand and by machine") if by_hand else _("wholly by machine")
    if not maximum:
        marked = _("nothing yet: there are no questions")
    return [
        Fact(_("Worth"), _("%(marks)s marks") % {"marks": marks(int(maximum * 1000))}),
        Fact(_("Marked"), marked),
        Fact(_("Workflow"), workflow.get(version.workflow, version.workflow)),
        Fact(_("Results shown"), str(SHOWS[ShowResults(version.show_results)])),
        Fact(_("Attempts"), attempts),
        Fact(_("Grade scale"), sentence(scale) if scale else _("cannot be read")),
    ]


@signed_in
@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest, ref: str) -> HttpResponse:
    """Show, and in a draft change, how a version is marked, attempted and shown."""
    person, at = person_of(request), clock.read()
    version = queries.version_for(person, ref)
    context = version_context(person, version)
    now = how.settings_of(version)
    items = [item.draft for section in queries.content_of(version) for item in section.items]
    wholly = bool(items) and not any_by_hand(items)
    typed_check = request.POST.get("hand_check") if request.method == "POST" else now.hand_check
    machine = request.POST.get("workflow", now.workflow) == Workflow.MACHINE_ONLY
    shows = offered((wholly or (machine and not items)) and not typed_check)
    form = SettingsForm(
        posted(request),
        initial=SettingsForm.shown(now, version.revision),
        shows=shows,
        kept=now.switches,
    )

    def save(typed: dict[str, Any]) -> None:
        how.edit_settings(person, ref, form.settings(), revision=typed["revision"], at=at)

    if request.method == "POST" and carried_out(request, form, save):
        done(request, _("The settings were saved."))
        return redirect("exams:version", ref)
    context |= {
        "form": form,
        "wholly": wholly,
        "may_edit": may_edit(context),
        "what": what_happens(form, now),
    }
    context["switches"] = [label for name, label in SWITCHES.items() if now.switches.to_json()[name]]
    context["facts"] = facts_of(version, _maximum(version), by_hand=not wholly)
    return render(request, "exams/settings.html", context)


def what_happens(form: SettingsForm, now: how.Settings) -> list[str]:
    """Return in plain words what will happen with results under the settings that are typed or stored."""
    chosen = form.settings() if form.is_bound and form.is_valid() else now
    publisher = (
        _("whoever activates the schedule")
        if chosen.workflow != Workflow.COORDINATED
        else _("somebody whom the coordinator gives that right")
    )
    told = [_("Results are published by hand, by %(who)s.") % {"who": publisher}]
    told.append(
        {
            ShowResults.NEVER: _("Candidates are never shown them: their page says “not disclosed”."),
            ShowResults.PUBLISHER_DECIDES: _("The dialog asks whether to show them to candidates."),
            ShowResults.AFTER_EACH_ATTEMPT: _("Candidates see them at publication; the dialog does not ask."),
            ShowResults.AFTER_LAST_ATTEMPT: _(
                "They can be published only after the last attempt; candidates see them then."
            ),
        }[ShowResults(chosen.show_results)]
    )
    told += _waits(chosen.switches, chosen)
    if chosen.attempts_allowed > 1:
        told.append(_("An attempt in progress holds the result back."))
    return told


def _waits(switches: Switches, chosen: how.Settings) -> list[str]:
    if not switches.detail or chosen.show_results == ShowResults.NEVER:
        return []
    if chosen.questions_lifted:
        return [_("Own and right answers are shown at once, also while others can still sit the exam.")]
    return [
        _(
            "Own and right answers wait until the candidate has no attempt left and every window that uses "
            "this version is closed."
        )
    ]


def _maximum(version: AssessmentVersion) -> Fraction:
    content = queries.content_of(version)
    return paper_maximum([(section.draft, [item.draft for item in section.items]) for section in content])


@signed_in
@require_http_methods(["GET", "POST"])
def scale(request: HttpRequest, ref: str) -> HttpResponse:
    """Show, and in a draft change, the grade scale; ``preview`` only shows what it would come to."""
    person, at = person_of(request), clock.read()
    version = queries.version_for(person, ref)
    context = version_context(person, version)
    stored = queries.scale_of(version) or authoring.new_scale()
    form = ScaleForm(posted(request), initial=ScaleForm.shown(stored, version.revision))
    preview = "preview" in request.POST

    def save(typed: dict[str, Any]) -> None:
        if form.scale is not None:
            how.edit_scale(person, ref, form.scale, revision=typed["revision"], at=at)

    if request.method == "POST" and not preview and carried_out(request, form, save):
        done(request, _("The grade scale was saved."))
        return redirect("exams:version", ref)
    shown = form.scale if form.is_bound and form.is_valid() else None if form.is_bound else stored
    maximum = _maximum(version)
    assumed = maximum <= 0
    context |= {
        "form": form,
        "may_edit": may_edit(context),
        "maximum": marks(int((maximum if not assumed else Fraction(100)) * 1000)),
        "assumed": assumed,
        "examples": examples(shown, Fraction(100) if assumed else maximum) if shown else [],
        "sentence": sentence(shown) if shown else "",
    }
    part = request.headers.get("HX-Request") and preview
    return render(request, "exams/scale.html#examples" if part else "exams/scale.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def live(request: HttpRequest, ref: str) -> HttpResponse:
    """Say what stands in the way of making a draft live, and make it live."""
    person, at = person_of(request), clock.read()
    version = queries.version_for(person, ref)
    if request.method == "POST":
        authoring.make_live(person, ref, at=at)
        done(request, _("Version %(n)s is live. Schedules can use it now.") % {"n": version.number})
        return redirect("exams:assessment", version.assessment.ref)
    content = queries.content_of(version)
    context = version_context(person, version)
    context |= {
        "problems": sentences(queries.problems_of(version, content)),
        "facts": facts_of(version, _maximum(version), by_hand=_by_hand(content)),
        "may_edit": may_edit(context),
    }
    return render(request, "exams/live.html", context)


def _by_hand(content: tuple[queries.SectionContent, ...]) -> bool:
    return any_by_hand(item.draft for section in content for item in section.items)


@signed_in
@require_POST
def draft(request: HttpRequest, ref: str) -> HttpResponse:
    """Make a new draft from a live version."""
    made = authoring.new_draft_from(person_of(request), ref, at=clock.read())
    done(request, _("Version %(n)s is a draft. Schedules keep the version they have.") % {"n": made.number})
    return redirect("exams:version", made.ref)


@signed_in
@require_POST
def discard(request: HttpRequest, ref: str) -> HttpResponse:
    """Throw a draft away."""
    person = person_of(request)
    version = queries.version_for(person, ref)
    authoring.discard_draft(person, ref, at=clock.read())
    done(request, _("The draft was discarded."))
    return redirect("exams:assessment", version.assessment.ref)
