"""People: the list, one person's profile, and what may be done there."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from marksheet.apps.ledger import clock
from marksheet.apps.people.actions import grants, invitations, persons
from marksheet.apps.people.queries import Person, holds_somewhere, institution_of, units_where
from marksheet.apps.people.queries.directory import (
    SEES_PEOPLE,
    demand_all_of,
    demand_another,
    demand_manager,
    grants_seen_by,
    looks_after_all,
    may_invite,
    memberships_of,
    people_page,
    person_seen_by,
    roles_to_give,
)
from marksheet.apps.people.queries.invitations import invitations_of
from marksheet.apps.results.actions import people as corrections
from marksheet.entrypoints.shared import asking
from marksheet.entrypoints.shared.access import needs, person_of, signed_in
from marksheet.entrypoints.shared.acting import carried_out, done, posted
from marksheet.entrypoints.web.organisation.forms import (
    GiveForm,
    NewPersonForm,
    PersonForm,
    ReasonForm,
    ReportsForm,
)
from marksheet.rules.access import Verb

KINDS = ("", "staff", "candidates", "inactive")


@signed_in
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """List the people whom the reader looks after, by name."""
    person = person_of(request)
    asked = {name: request.GET.get(name, "") for name in ("search", "kind", "unit")}
    asked["kind"] = asking.word(request.GET, "kind", KINDS)
    page = people_page(
        person,
        search=asked["search"],
        kind=asked["kind"],
        unit=asked["unit"],
        after=request.GET.get("after", ""),
    )
    return render(
        request,
        "organisation/people.html",
        {
            "page": page,
            "asked": asked,
            "units": units_where(person, *SEES_PEOPLE),
            "more": urlencode({**{k: v for k, v in asked.items() if v}, "after": page.next}),
            "filtered": any(asked.values()) or "after" in request.GET,
            "may_add": holds_somewhere(person, Verb.PERSON_MANAGE),
            "may_invite": holds_somewhere(person, *SEES_PEOPLE),
        },
    )


@needs(*SEES_PEOPLE)
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Make an account."""
    person, at = person_of(request), clock.read()
    demand_manager(person, _("Adding people needs the right to manage people, which you do not hold."))
    units = units_where(person, Verb.PERSON_MANAGE).filter(archived_at=None)
    form = NewPersonForm(posted(request), units=units)
    made: list[Person] = []

    def verb(typed: dict[str, str]) -> None:
        unit, wanted = typed["unit"], typed["invite"]
        details = {name: typed[name] for name in ("name", "email", "username", "number", "language")}
        if wanted and not details["email"]:
            form.add_error("email", _("An invitation needs an e-mail address."))
            return
        made.append(persons.add_person(person, unit, **details, at=at))
        if wanted:
            invitations.invite(person, made[0].ref, at=at)

    if carried_out(request, form, verb) and made:
        done(request, _("%(name)s was added.") % {"name": made[0].name})
        return redirect("organisation:person", made[0].ref)
    return render(request, "organisation/person_add.html", {"form": form})


@signed_in
@require_GET
def profile(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one person: details, where at home, rights and where they come from, invitations."""
    return _profile(request, ref)


@signed_in
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, ref: str) -> HttpResponse:
    """Correct a person's details."""
    person, at = person_of(request), clock.read()
    other = person_seen_by(person, ref)
    demand_all_of(person, other)
    member = memberships_of(other).first()
    known = {
        "name": other.name,
        "email": other.email,
        "username": other.username or "",
        "number": member.number if member else "",
        "language": other.language,
    }
    form = PersonForm(posted(request), initial=known)
    if carried_out(request, form, lambda typed: corrections.edit_person(person, ref, **typed, at=at)):
        done(request, _("%(name)s was changed.") % {"name": form.cleaned_data["name"]})
        return redirect("organisation:person", ref)
    return render(request, "organisation/person_edit.html", {"form": form, "other": other})


@signed_in
@require_POST
def give(request: HttpRequest, ref: str) -> HttpResponse:
    """Give a role."""
    person, at = person_of(request), clock.read()
    _demand_giver(person, ref)
    form = _give_form(person, request)

    def verb(typed: dict[str, str]) -> None:
        grants.give_role(
            person, ref, role_ref=typed["role"], unit_ref=typed["unit"], reach=typed["reach"], at=at
        )

    if carried_out(request, form, verb):
        done(request, _("The role was given."))
        return redirect("organisation:person", ref)
    return _profile(request, ref, give_form=form)


@signed_in
@require_POST
def reports(request: HttpRequest, ref: str) -> HttpResponse:
    """Give "view reports" at a unit, or take it back."""
    person, at = person_of(request), clock.read()
    _demand_giver(person, ref)
    form = ReportsForm(request.POST, units=units_where(person, Verb.PERSON_MANAGE))
    given = not request.POST.get("end")

    def verb(typed: dict[str, str]) -> None:
        grants.set_reports_view(person, ref, unit_ref=typed["unit"], given=given, at=at)

    if carried_out(request, form, verb):
        done(request, _("“View reports” was given.") if given else _("“View reports” was taken back."))
        return redirect("organisation:person", ref)
    return _profile(request, ref, reports_form=form)


@signed_in
@require_POST
def end(request: HttpRequest, ref: str) -> HttpResponse:
    """End a grant."""
    whose = grants.end_grant(person_of(request), ref, at=clock.read())
    done(request, _("The role was ended; it stays in the history."))
    return redirect("organisation:person", whose)


@signed_in
@require_POST
def sleep(request: HttpRequest, ref: str) -> HttpResponse:
    """Deactivate an account."""
    person, at = person_of(request), clock.read()
    other = person_seen_by(person, ref)
    demand_another(person, other)
    demand_all_of(person, other)
    form = ReasonForm(request.POST)

    def verb(typed: dict[str, str]) -> None:
        persons.deactivate(person, ref, reason=typed["reason"], at=at)

    if carried_out(request, form, verb):
        done(request, _("The account is inactive and its sessions have ended."))
        return redirect("organisation:person", ref)
    return _profile(request, ref, reason_form=form)


@signed_in
@require_POST
def wake(request: HttpRequest, ref: str) -> HttpResponse:
    """Reactivate an account."""
    persons.reactivate(person_of(request), ref, at=clock.read())
    done(request, _("The account is active again."))
    return redirect("organisation:person", ref)


def _demand_giver(person: Person, ref: str) -> None:
    other = person_seen_by(person, ref)
    demand_another(person, other)
    demand_manager(
        person,
        _("You see %(person)s, but giving roles needs the right to manage people.") % {"person": other.name},
    )


def _give_form(person: Person, request: HttpRequest | None = None) -> GiveForm:
    units = list(units_where(person, Verb.PERSON_MANAGE).filter(archived_at=None))
    roles = {role.ref: role for unit in units[:1] for role in roles_to_give(institution_of(unit))}
    return GiveForm(request.POST if request else None, units=units, roles=roles.values())


def _profile(
    request: HttpRequest,
    ref: str,
    *,
    give_form: GiveForm | None = None,
    reports_form: ReportsForm | None = None,
    reason_form: ReasonForm | None = None,
) -> HttpResponse:
    person, at = person_of(request), clock.read()
    other = person_seen_by(person, ref)
    own = person.pk == other.pk
    manages = holds_somewhere(person, Verb.PERSON_MANAGE)
    rows = grants_seen_by(person, other)
    units = units_where(person, Verb.PERSON_MANAGE).filter(archived_at=None)
    bound = (give_form, reports_form, reason_form)
    return render(
        request,
        "organisation/person.html",
        {
            "other": other,
            "own": own,
            "memberships": memberships_of(other),
            "grants": rows,
            "viewing": [row for row in rows if row.grant.role.key == "reports_viewer"],
            "invitations": invitations_of(other, at=at),
            "may_change": looks_after_all(person, other),
            "may_give": manages and not own,
            "may_invite": may_invite(person, other) and other.is_active,
            "give_form": give_form or (_give_form(person) if manages else None),
            "reports_form": reports_form or ReportsForm(units=units),
            "reason_form": reason_form or ReasonForm(),
        },
        status=200 if not any(form is not None for form in bound) else 400,
    )
