"""Roles: what each may do, by group of verbs; an institution makes its own."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from marksheet.apps.ledger import clock
from marksheet.apps.ledger.errors import NotFound
from marksheet.apps.people.actions import roles as actions
from marksheet.apps.people.queries.directory import institutions_where, roles_seen_by
from marksheet.entrypoints.shared.access import needs, person_of, signed_in
from marksheet.entrypoints.shared.acting import carried_out, done, posted
from marksheet.entrypoints.web.organisation.forms import GROUPS, RoleForm, verbs_of
from marksheet.rules.access import DESCRIPTIONS, DIRECT_ONLY, Verb


@signed_in
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Show every role with its verbs by group, and how many people hold it."""
    person = person_of(request)
    may = institutions_where(person, Verb.ROLE_MANAGE).exists()
    rows = [
        {
            "role": row.role,
            "holders": row.holders,
            "by_number": row.by_number,
            "editable": row.editable,
            "verbs": [
                (heading, [text for _verb, text, held in verbs_of(starts, row.verbs) if held])
                for heading, starts in GROUPS
            ],
            "direct": [DESCRIPTIONS[verb] for verb in sorted(DIRECT_ONLY) if verb in row.verbs],
        }
        for row in (roles_seen_by(person) if may else [])
    ]
    return render(request, "organisation/roles.html", {"rows": rows, "may_make": may})


@needs(Verb.ROLE_MANAGE)
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Make a role."""
    person, at = person_of(request), clock.read()
    institution = institutions_where(person, Verb.ROLE_MANAGE).first()
    if institution is None:
        raise NotFound(_("There is no such page."))
    form = RoleForm(posted(request))
    if carried_out(request, form, lambda typed: actions.make_role(person, institution.ref, **typed, at=at)):
        done(request, _("The role “%(name)s” was made.") % {"name": form.cleaned_data["name"]})
        return redirect("organisation:roles")
    return render(request, "organisation/role.html", {"form": form})


@needs(Verb.ROLE_MANAGE)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, ref: str) -> HttpResponse:
    """Change a role of the institution's own."""
    person, at = person_of(request), clock.read()
    row = next((row for row in roles_seen_by(person) if row.role.ref == ref and row.editable), None)
    if row is None:
        raise NotFound(_("There is no such role."))
    known = {"name": row.role.name, "description": row.role.description, "verbs": sorted(row.verbs)}
    form = RoleForm(posted(request), initial=known)
    if carried_out(request, form, lambda typed: actions.edit_role(person, ref, **typed, at=at)):
        done(request, _("The role “%(name)s” was changed.") % {"name": form.cleaned_data["name"]})
        return redirect("organisation:roles")
    return render(request, "organisation/role.html", {"form": form, "row": row})


@needs(Verb.ROLE_MANAGE)
@require_POST
def archive(request: HttpRequest, ref: str) -> HttpResponse:
    """Archive a role that nobody holds."""
    actions.archive_role(person_of(request), ref, at=clock.read())
    done(request, _("The role was archived."))
    return redirect("organisation:roles")
