"""The marking scheme of a part: read it with all its versions, change it as a new one."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from marksheet.apps.exams.actions.schemes import StaleScheme, write_scheme
from marksheet.apps.exams.queries import schemes as queries
from marksheet.apps.exams.queries.assessments import Part
from marksheet.apps.exams.queries.schedules import Schedule
from marksheet.apps.ledger import clock
from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound
from marksheet.apps.people.queries import Person, helpers, nodes_where
from marksheet.entrypoints.shared import asking
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.acting import done
from marksheet.entrypoints.web.exams.scheme_form import STEPS, SchemeForm, step_words
from marksheet.entrypoints.web.exams.scheme_words import changed_words
from marksheet.rules.access import Verb

SETTING_UP = (Verb.SCHEDULE_COORDINATE, Verb.SCHEME_EDIT)


@signed_in
@require_GET
def show(request: HttpRequest, ref: str) -> HttpResponse:
    """Show a version of a scheme, the newest unless another is asked for, and the list of all."""
    person = person_of(request)
    part = queries.scheme_part_for(person, ref)
    versions = queries.versions_of_scheme(part)
    asked = request.GET.get("version", "")
    chosen = next((one for one in versions if str(one.number) == asked), None)
    if asked and chosen is None:
        raise NotFound(_("There is no such version of this marking scheme."))
    chosen = chosen or next(iter(versions), None)
    context = about(request, person, part) | {
        "versions": [(one, changed_words(one.changed)) for one in versions],
        "chosen": chosen,
        "newest": not versions or chosen == versions[0],
        "scheme": chosen.scheme if chosen else None,
        "step_words": step_words(chosen.scheme.step_thousandths) if chosen else "",
    }
    return render(request, "exams/scheme.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, ref: str) -> HttpResponse:
    """Write a new version of a scheme; buttons add and remove rows; what is wrong stands beside what was typed."""
    person = person_of(request)
    part = queries.scheme_part_for(person, ref)
    if not queries.may_write_scheme(person, part):
        raise NotAllowed(
            _("You may read this marking scheme but not change it."),
            helpers=helpers(Verb.SCHEME_EDIT, part.version.assessment.unit_id),
        )
    newest = queries.newest_schemes([part.pk]).get(part.pk)
    number = newest.number if newest else 0
    if request.method == "GET":
        form = SchemeForm.shown(queries.written(newest))
        return _form(request, person, part, form, number)
    form = SchemeForm.typed({name: str(value) for name, value in request.POST.items()})
    stood = asking.whole(request.POST.get("against", ""), digits=8, otherwise=0)
    if form.press(request.POST.get("do", "")):
        return _form(request, person, part, form, stood)
    scheme = form.scheme()
    if form.errors:
        wrong = [_("Nothing was saved yet. Please correct what is marked below.")]
        return _form(request, person, part, form, stood, wrong, status=400)
    try:
        row = write_scheme(person, ref, scheme, against=stood, at=clock.read())
    except StaleScheme as stale:
        return _form(
            request, person, part, form, stale.newest, [stale.message], status=409, late=stale.newest
        )
    except BadInput as bad:
        return _form(request, person, part, form, stood, [bad.message, *bad.details], status=400)
    if row is None:
        done(request, _("Nothing had changed: there is no new version."))
    else:
        words = _("The marking scheme of %(part)s was saved as version %(n)s.")
        done(request, words % {"part": part.label, "n": row.number})
    return redirect("exams:scheme", ref)


def _form(
    request: HttpRequest,
    person: Person,
    part: Part,
    form: SchemeForm,
    number: int,
    wrong: list[str] | None = None,
    *,
    status: int = 200,
    late: int = 0,
) -> HttpResponse:
    """Show the form; ``number`` is the version that it is saved after, ``late`` one that came in between."""
    context = about(request, person, part) | {
        "form": form,
        "steps": STEPS,
        "number": number,
        "wrong": wrong or [],
        "late": late,
    }
    return render(request, "exams/scheme_edit.html", context, status=status)


def about(request: HttpRequest, person: Person, part: Part) -> dict[str, Any]:
    """Return what both pages of a scheme show around it; the menu shows where the reader came from."""
    uses = queries.uses_of(person, part)
    writes = queries.writes_exam(person, part)
    places = _places(person, uses.seen)
    if not writes and places:
        request.menu_path = places[0][1]  # type: ignore[attr-defined]
    return {
        "part": part,
        "item": part.item,
        "assessment": part.version.assessment,
        "version": part.version,
        "may_write": queries.may_write_scheme(person, part),
        "writes_exam": writes,
        "uses": places,
        "others": uses.others,
        "timezone": uses.seen[0].timezone if uses.seen else part.version.assessment.unit.timezone,
    }


def _places(person: Person, schedules: Sequence[Schedule]) -> list[tuple[Schedule, str]]:
    """Return schedules, each with the tab that its reader comes from."""
    nodes = [schedule.node_id for schedule in schedules]
    setting_up = set(nodes_where(person, *SETTING_UP).filter(descendant_id__in=nodes))
    return [
        (schedule, reverse("coordinator:list" if schedule.node_id in setting_up else "assess:list"))
        for schedule in schedules
    ]
