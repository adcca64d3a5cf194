"""Saved views of the Results tab."""

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from marksheet.entrypoints.shared import saved
from marksheet.entrypoints.shared.access import signed_in
from marksheet.entrypoints.web.results.asked import asked

KEY = "results.views"


@signed_in
@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep the filters of the list under a name; the same name again replaces it."""
    query = asked(QueryDict(request.POST.get("query", ""))).query()
    saved.save_view(request, KEY, query)
    return redirect(f"{reverse('results:list')}?{query}")


@signed_in
@require_POST
def forget_view(request: HttpRequest) -> HttpResponse:
    """Forget a saved view."""
    saved.forget_view(request, KEY)
    return redirect("results:list")
