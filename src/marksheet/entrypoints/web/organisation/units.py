"""The tree of units: add, rename, move, archive."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from marksheet.apps.ledger import clock
from marksheet.apps.people.actions import organisation
from marksheet.apps.people.queries import holds, unit_for, units_where
from marksheet.apps.people.queries.directory import SEES_UNITS, tree_seen_by
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.acting import carried_out, done, posted
from marksheet.entrypoints.web.organisation.forms import MoveForm, UnitForm
from marksheet.rules.access import Verb


@signed_in
@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Lead to the first tab."""
    return redirect("organisation:units")


@signed_in
@require_GET
def tree(request: HttpRequest) -> HttpResponse:
    """Show the units that the reader sees."""
    rows = tree_seen_by(person_of(request))
    archived = request.GET.get("archived") == "1"
    shown = [row for row in rows if archived or row.unit.archived_at is None]
    return render(
        request,
        "organisation/units.html",
        {"rows": shown, "archived": archived, "hidden": len(rows) - len(shown)},
    )


@signed_in
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, ref: str) -> HttpResponse:
    """Add a unit below another one."""
    person, at = person_of(request), clock.read()
    parent = unit_for(person, ref, Verb.UNIT_MANAGE)
    form = UnitForm(posted(request))
    if carried_out(request, form, lambda typed: organisation.add_unit(person, ref, **typed, at=at)):
        done(request, _("%(name)s was added.") % {"name": form.cleaned_data["name"]})
        return redirect("organisation:units")
    return render(request, "organisation/unit_add.html", {"form": form, "parent": parent})


@signed_in
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one unit, and change what it is called."""
    person, at = person_of(request), clock.read()
    unit = unit_for(person, ref, *SEES_UNITS)
    named = {"name": unit.name, "label": unit.label, "code": unit.code}
    form = UnitForm(posted(request), initial=named)
    if carried_out(request, form, lambda typed: organisation.rename_unit(person, ref, **typed, at=at)):
        done(request, _("%(name)s was changed.") % {"name": form.cleaned_data["name"]})
        return redirect("organisation:units")
    return _unit_page(request, ref, form=form)


@signed_in
@require_POST
def move(request: HttpRequest, ref: str) -> HttpResponse:
    """Hang a unit under another one."""
    person, at = person_of(request), clock.read()
    form = MoveForm(request.POST, units=units_where(person, Verb.UNIT_MANAGE))

    def verb(typed: dict[str, str]) -> None:
        organisation.move_unit(person, ref, parent_ref=typed["parent"], at=at)

    if carried_out(request, form, verb):
        done(request, _("The unit was moved, with everything below it."))
        return redirect("organisation:units")
    return _unit_page(request, ref, move_form=form)


@signed_in
@require_POST
def archive(request: HttpRequest, ref: str) -> HttpResponse:
    """Archive a unit, or bring it back."""
    person, at = person_of(request), clock.read()
    if request.POST.get("restore"):
        organisation.restore_unit(person, ref, at=at)
        done(request, _("The unit is in use again."))
    else:
        organisation.archive_unit(person, ref, at=at)
        done(request, _("The unit was archived. Everything that happened there stays."))
    return redirect("organisation:units")


def _unit_page(
    request: HttpRequest, ref: str, *, form: UnitForm | None = None, move_form: MoveForm | None = None
) -> HttpResponse:
    person = person_of(request)
    unit = unit_for(person, ref, *SEES_UNITS)
    units = units_where(person, Verb.UNIT_MANAGE).filter(archived_at=None).exclude(pk=unit.pk)
    named = {"name": unit.name, "label": unit.label, "code": unit.code}
    parent = {"parent": unit.parent.ref} if unit.parent else {}
    return render(
        request,
        "organisation/unit.html",
        {
            "unit": unit,
            "may_change": holds(person, Verb.UNIT_MANAGE, unit.pk),
            "form": form or UnitForm(initial=named),
            "move_form": move_form or MoveForm(units=units, initial=parent),
        },
    )
