"""The publish dialog: what will happen, before it does; then it happens exactly so."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from marksheet.apps.ledger import clock
from marksheet.apps.release.actions import publishing
from marksheet.apps.release.queries.preview import Preview, preview
from marksheet.apps.release.queries.publications import publication_for
from marksheet.entrypoints.shared.access import person_of
from marksheet.entrypoints.shared.acting import carried_out
from marksheet.entrypoints.web.publications.place import under_results
from marksheet.entrypoints.web.publications.words import described

# States of a publication in which the dialog can still be filled in.
OPEN = ("draft",)


class PublishForm(forms.Form):
    """The two boxes; both start empty."""

    show = forms.BooleanField(label=_("Show results on candidate dashboard"), required=False)
    inform = forms.BooleanField(label=_("Inform candidates by e-mail"), required=False)


@under_results
@require_http_methods(["GET", "POST"])
def dialog(request: HttpRequest, ref: str) -> HttpResponse:
    """Show what publishing the frozen selection will do; on POST, do it."""
    person, at = person_of(request), clock.read()
    publication = publication_for(person, ref)
    if publication.state not in OPEN:
        return redirect("publications:receipt", ref)
    form = PublishForm(request.POST if request.method == "POST" else None)

    def publish(cleaned: dict[str, Any]) -> None:
        publishing.publish(person, ref, show=cleaned["show"], inform=cleaned["inform"], at=at)
        publishing.carry_on(ref, at=at, most=publishing.AT_ONCE)

    if carried_out(request, form, publish):
        request.session["selection-done"] = request.session.pop("selection", "")
        return redirect("publications:receipt", ref)
    told = preview(person, ref)
    return _page(request, told, form)


def _page(request: HttpRequest, told: Preview, form: PublishForm) -> HttpResponse:
    status = 409 if form.is_bound else 200
    return render(
        request,
        "publications/dialog.html",
        described(person_of(request), told) | {"form": form},
        status=status,
    )


@under_results
@require_POST
def again(request: HttpRequest, ref: str) -> HttpResponse:
    """Open the dialog anew on the same results, as they are now."""
    fresh = publishing.freeze_again(person_of(request), ref, at=clock.read())
    return redirect("publications:publish", fresh.ref)
