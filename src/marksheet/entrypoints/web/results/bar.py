"""The selection bar: which acts it offers to somebody, and where a list is gone back to."""

from collections.abc import Mapping

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marksheet.entrypoints.web.results.asked import asked
from marksheet.rules.access import Verb

# What can be done to ticked rows besides publishing; the rest stands on the row itself.
ON_TICKED: Mapping[str, tuple[tuple[Verb, ...], str | Promise]] = {
    "withhold": ((Verb.RESULT_WITHHOLD, Verb.RESULT_PUBLISH), _("Withhold")),
    "reopen": ((Verb.RESULT_REOPEN,), _("Reopen for marking")),
    "adjust": ((Verb.RESULT_ADJUST,), _("Adjust")),
    "void": ((Verb.RESULT_VOID,), _("Void")),
    "unvoid": ((Verb.RESULT_VOID,), _("Undo void")),
}


def acts_for(held: frozenset[str]) -> list[tuple[str, str | Promise]]:
    """Return key and words of the acts on ticked rows for somebody who holds these verbs somewhere."""
    return [
        (key, words)
        for key, (verbs, words) in ON_TICKED.items()
        if not held.isdisjoint({str(verb) for verb in verbs})
    ]


def list_address(query: str) -> str:
    """Return the address of the list with a query of our own words; anything else in it is left out."""
    kept = asked(QueryDict(query)).query()
    return reverse("results:list") + (f"?{kept}" if kept else "")


def ticks_done(request: HttpRequest) -> str:
    """Return the list whose ticks were acted on, once: the page that is shown next has the browser forget them.

    A panel's request only passes by on its way to that page.
    """
    if request.headers.get("X-Panel"):
        return ""
    return str(request.session.pop("selection-done", ""))
