"""Show, hide and retract published results, one or many, from wherever they are listed.

Each takes POST with ``selected`` (refs of results, repeated), or ``publication`` and ``all_matching`` for all that one
publication brought into force, or ``all_matching`` with the ``query`` of the Results tab. The first POST answers with
a panel that says what it will do; its own form comes back with ``refs`` and is carried out. ``back`` says where to go.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from marksheet.apps.ledger import clock
from marksheet.apps.ledger.errors import BadInput, NotFound
from marksheet.apps.people.queries import Person
from marksheet.apps.release.actions import retracting, showing
from marksheet.apps.release.queries.afterwards import Effect, effect_on, refs_published_by
from marksheet.apps.release.queries.publications import publication_for
from marksheet.apps.results.queries import finder
from marksheet.entrypoints.shared.access import person_of
from marksheet.entrypoints.shared.acting import carried_out
from marksheet.entrypoints.web.publications.place import under_results
from marksheet.entrypoints.web.results.asked import asked
from marksheet.entrypoints.web.results.reasons import ReasonForm

Done = Callable[[Mapping[str, Any], Sequence[str]], tuple[int, str]]


class ShowForm(forms.Form):
    """Whether those who now see their result are told by e-mail; starts empty."""

    inform = forms.BooleanField(label=gettext_lazy("Inform candidates by e-mail"), required=False)


class RetractForm(ReasonForm):
    """Why a result is taken back, and whether its candidate is told; starts empty."""

    notice = forms.BooleanField(label=gettext_lazy("Tell candidates by e-mail"), required=False)


@under_results
@require_POST
def show(request: HttpRequest) -> HttpResponse:
    """Open published results to their candidates."""
    person = person_of(request)

    def carry_out(cleaned: Mapping[str, Any], refs: Sequence[str]) -> tuple[int, str]:
        n = showing.show(person, refs, inform=cleaned["inform"], at=clock.read())
        return n, ngettext(
            "%(n)d result is now shown to its candidate.",
            "%(n)d results are now shown to their candidates.",
            n,
        )

    return _act(request, "show", ShowForm, carry_out)


@under_results
@require_POST
def hide(request: HttpRequest) -> HttpResponse:
    """Hide published results from their candidates again."""
    person = person_of(request)

    def carry_out(cleaned: Mapping[str, Any], refs: Sequence[str]) -> tuple[int, str]:
        n = showing.hide(person, refs, reason=cleaned["reason"], at=clock.read())
        return n, ngettext(
            "%(n)d result is hidden from its candidate.", "%(n)d results are hidden from their candidates.", n
        )

    return _act(request, "hide", ReasonForm, carry_out)


@under_results
@require_POST
def retract(request: HttpRequest) -> HttpResponse:
    """Take published results out of force."""
    person = person_of(request)

    def carry_out(cleaned: Mapping[str, Any], refs: Sequence[str]) -> tuple[int, str]:
        n = retracting.retract(
            person, refs, reason=cleaned["reason"], notice=cleaned["notice"], at=clock.read()
        )
        return n, ngettext(
            "%(n)d result is retracted and waits on Results.",
            "%(n)d results are retracted and wait on Results.",
            n,
        )

    return _act(request, "retract", RetractForm, carry_out)


def _act(request: HttpRequest, act: str, kind: type[forms.Form], carry_out: Done) -> HttpResponse:
    person, back = person_of(request), _back(request)
    confirmed = "refs" in request.POST
    refs = request.POST["refs"].split(",") if confirmed else _refs(request, person)
    form = kind(request.POST if confirmed else None)
    said: list[str] = []

    def verb(cleaned: Mapping[str, Any]) -> None:
        n, words = carry_out(cleaned, refs)
        said.append(words % {"n": n} if n else _("That was so already."))

    if confirmed and carried_out(request, form, verb):
        messages.success(request, said[0])
        request.session["selection-done"] = request.POST.get("list", "")[:40]
        return HttpResponseRedirect(back)
    effect = effect_on(person, refs)
    if not effect.refs:
        raise NotFound(_("There is no such result."))
    context = {
        "act": act,
        "title": title(act, effect),
        "effect": effect,
        "more": max(effect.total - len(effect.names), 0),
        "form": form,
        "refs": ",".join(refs),
        "back": back,
        "list": request.POST.get("list", "")[:40],
    }
    return render(request, "publications/afterwards.html", context, status=400 if confirmed else 200)


def title(act: str, effect: Effect) -> str:
    """Return what the panel and its button say: *Retract 3 results*."""
    n = effect.total
    words = {
        "show": ngettext("Show %(n)d result to its candidate", "Show %(n)d results to their candidates", n),
        "hide": ngettext(
            "Hide %(n)d result from its candidate", "Hide %(n)d results from their candidates", n
        ),
        "retract": ngettext("Retract %(n)d result", "Retract %(n)d results", n),
    }
    return words[act] % {"n": n}


def _refs(request: HttpRequest, person: Person) -> list[str]:
    """Return the results that were chosen, by name."""
    ref = request.POST.get("publication", "")
    if ref and request.POST.get("all_matching"):
        found = refs_published_by(person, publication_for(person, ref))
    elif request.POST.get("all_matching"):
        criteria = asked(QueryDict(request.POST.get("query", "")), at=clock.read()).criteria
        found = list(finder.find(person, criteria).order_by("id").values_list("ref", flat=True)[:20_001])
    else:
        found = list(dict.fromkeys(request.POST.getlist("selected")))
    if not found:
        raise BadInput(_("Nothing was chosen. Tick one row or more, then try again."))
    return found


def _back(request: HttpRequest) -> str:
    wanted = request.POST.get("back", "")
    if wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return wanted
    if "query" in request.POST:
        query = asked(QueryDict(request.POST["query"])).query()
        return f"{reverse('results:list')}?{query}"
    return reverse("results:list") + "?show=published"
