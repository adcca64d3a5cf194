"""The own profile: language, theme, and the way to password, second factor and sessions."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from marksheet.apps.people.actions import accounts
from marksheet.apps.people.queries.directory import memberships_of
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.acting import carried_out, done, posted
from marksheet.entrypoints.web.accounts.forms import ProfileForm


@signed_in
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Show and change what a person decides about their own account."""
    person = person_of(request)
    form = ProfileForm(posted(request), initial={"language": person.language})
    known = [code for code, _name in settings.LANGUAGES]

    def verb(typed: dict[str, str]) -> None:
        accounts.choose_language(person, language=typed["language"], known=known)

    if carried_out(request, form, verb):
        with translation.override(person.language or translation.get_language()):
            done(request, _("Your profile was changed."))
        return redirect("accounts:profile")
    return render(request, "accounts/profile.html", {"form": form, "memberships": memberships_of(person)})
