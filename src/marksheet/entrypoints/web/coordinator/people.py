"""The people page of a schedule: who marks, moderates and publishes, and adding more."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from marksheet.apps.exams.queries.schedules import Schedule
from marksheet.apps.ledger import clock
from marksheet.apps.marking.actions import people as actions
from marksheet.apps.marking.actions.people import OTHERS
from marksheet.apps.marking.queries.allocation import markers_at, scripts_with
from marksheet.apps.marking.queries.people import (
    Assessor,
    Kind,
    Pick,
    assessor_here,
    assessors_of,
    coordinated_for,
    missing_here,
    people_named,
    picked,
    read_codes_in_spite,
)
from marksheet.apps.people.queries import Person
from marksheet.apps.results.queries.coordination import coordination_of
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.acting import carried_out, done
from marksheet.entrypoints.web.coordinator.forms import AddAssessors, EditAssessor, TakeOff
from marksheet.entrypoints.web.coordinator.views import about
from marksheet.entrypoints.web.coordinator.words import KINDS, MISSING


@signed_in
@require_http_methods(["GET", "POST"])
def listing(request: HttpRequest, ref: str) -> HttpResponse:
    """Show who has rights here; add those who were ticked."""
    person, at = person_of(request), clock.read()
    schedule = coordinated_for(person, ref)
    chosen = request.POST.getlist("person")
    form = AddAssessors(request.POST if request.method == "POST" else None)

    def add(_data: dict[str, Any]) -> None:
        actions.add_assessors(person, schedule.ref, chosen, form.rights(), at=at)

    if carried_out(request, form, add):
        n = len(set(chosen))
        words = ngettext("%(n)s person was added.", "%(n)s people were added.", n) % {"n": n}
        people = people_named(schedule, chosen) if form.rights().kind != Kind.OTHER else []
        done(request, f"{words} {codes_told(schedule, people)}".strip())
        return redirect("coordinator:people", schedule.ref)
    search = (request.POST or request.GET).get("q", "").strip()
    status = 400 if request.method == "POST" else 200
    return render(
        request, "coordinator/people.html", _page(person, schedule, form, search, chosen), status=status
    )


def _page(
    person: Person, schedule: Schedule, form: AddAssessors, search: str, chosen: list[str]
) -> dict[str, Any]:
    picks = picked(schedule, search) if search else _oneself(person, schedule)
    known = {pick.person.ref for pick in picks}
    more = [ref for ref in chosen if ref not in known]
    picks = [Pick(one, "") for one in people_named(schedule, more)] + picks
    here = assessors_of(schedule)
    addable = [pick.person.ref for pick in picks if not pick.missing]
    return about(coordination_of(schedule)) | {
        "assessors": [(one, KINDS[one.rights.kind], explained(one)) for one in here],
        "codes_told": codes_told(schedule, [one.person for one in here if one.rights.kind != Kind.OTHER]),
        "picks": [(pick, MISSING.get(pick.missing, "")) for pick in picks],
        "addable": bool(addable),
        "others": sum(1 for pick in picks if pick.missing),
        # Whoever was looked for and is the only one found is meant.
        "chosen": chosen or (addable if search and len(addable) == 1 and not form.is_bound else []),
        "search": search,
        "form": form,
        "me": person,
        "tab": "people",
    }


def codes_told(schedule: Schedule, people: list[Person]) -> str:
    """Return that these people may view reports here, and see codes while they mark or moderate; "" if none does."""
    names = [one.name for one in read_codes_in_spite(schedule, people)]
    if not names:
        return ""
    words = ngettext(
        "%(names)s may view reports here, and sees script codes instead of names as long as candidates are anonymous.",
        "%(names)s may view reports here, and see script codes instead of names as long as candidates are anonymous.",
        len(names),
    )
    return words % {"names": ", ".join(names)}


def _oneself(person: Person, schedule: Schedule) -> list[Pick]:
    """Coordinators can add themselves without a search."""
    why = missing_here(schedule, [person])[person.pk]
    return [] if why else [Pick(person, "")]


def explained(one: Assessor) -> str:
    """Return why a Publish right does nothing for now; "" when it works."""
    if not one.sleeps:
        return ""
    return _(
        "May publish, but not see: the right sleeps until %(name)s may view reports here, or marks or moderates."
    ) % {"name": one.person.name}


@signed_in
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, ref: str, person: str) -> HttpResponse:
    """Change what somebody is and may do here."""
    reader, at = person_of(request), clock.read()
    schedule = coordinated_for(reader, ref)
    assessor = assessor_here(schedule, person)
    form = EditAssessor(request.POST if request.method == "POST" else None, rights=assessor.rights)

    def change(_data: dict[str, Any]) -> None:
        actions.change_assessor(reader, schedule.ref, person, form.rights(), at=at)

    if carried_out(request, form, change):
        words = _("The rights of %(name)s were changed.") % {"name": assessor.person.name}
        people = [assessor.person] if form.rights().kind != Kind.OTHER else []
        done(request, f"{words} {codes_told(schedule, people)}".strip())
        return redirect("coordinator:people", schedule.ref)
    return render(
        request,
        "coordinator/person.html",
        {"schedule": schedule, "assessor": assessor, "form": form},
        status=400 if request.method == "POST" else 200,
    )


@signed_in
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, ref: str, person: str) -> HttpResponse:
    """Ask, then take somebody off the schedule; every mark stays."""
    reader, at = person_of(request), clock.read()
    schedule = coordinated_for(reader, ref)
    assessor = assessor_here(schedule, person)
    others = [one for one in markers_at(schedule) if one != assessor.person]
    form = TakeOff(request.POST if request.method == "POST" else None, markers=others)
    left = scripts_with(schedule, assessor.person)

    def take_off(data: dict[str, Any]) -> None:
        actions.remove_assessor(reader, schedule.ref, person, to=data["to"] or OTHERS, at=at)

    if carried_out(request, form, take_off):
        done(request, _("%(name)s was taken off. Every mark stays.") % {"name": assessor.person.name})
        return redirect("coordinator:people", schedule.ref)
    context = {
        "schedule": schedule,
        "assessor": assessor,
        "kind": KINDS[assessor.rights.kind],
        "form": form,
        "left": left,
    }
    return render(
        request, "coordinator/remove.html", context, status=400 if request.method == "POST" else 200
    )
