"""The list of work in the background, and what can be done about it."""

from collections.abc import Callable, Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from marksheet.apps.ledger import clock
from marksheet.apps.ledger.errors import NotFound
from marksheet.apps.people.actions import work as actions
from marksheet.apps.people.queries import work as queries
from marksheet.entrypoints.shared import asking
from marksheet.entrypoints.shared.access import needs, person_of
from marksheet.entrypoints.shared.acting import done
from marksheet.rules.access import Verb

KINDS: Mapping[str, Callable[[], str]] = {
    "publish": lambda: _("Publication"),
    "notices": lambda: _("Asking for messages"),
    "import": lambda: _("File brought in"),
    "export": lambda: _("Export"),
    "recompute": lambda: _("Recomputing results"),
}
STATES: Mapping[str, Callable[[], str]] = {
    "waiting": lambda: _("Waiting"),
    "paused": lambda: _("Paused"),
    "claimed": lambda: _("Running"),
    "done": lambda: _("Done"),
    "parked": lambda: _("Parked"),
}
ACTS: Mapping[str, tuple[Callable[..., None], Callable[[], str]]] = {
    "replay": (actions.replay, lambda: _("The work is started again.")),
    "pause": (actions.pause, lambda: _("The work is paused.")),
    "resume": (actions.resume, lambda: _("The work goes on.")),
}


def kind_words(kind: str) -> str:
    """Return what a kind of work is called."""
    known = KINDS.get(kind)
    return known() if known else kind.replace("-", " ").capitalize()


@needs(Verb.WORK_MANAGE)
@require_GET
def work(request: HttpRequest) -> HttpResponse:
    """List the work that the reader looks after, newest first."""
    person = person_of(request)
    state, kind = asking.word(request.GET, "state", STATES), request.GET.get("kind", "")[:40]
    page = queries.work_page(person, state=state, kind=kind, after=asking.key(request.GET))
    return render(
        request,
        "work/list.html",
        {
            "rows": [(line, kind_words(line.work.kind), STATES[line.state]()) for line in page.lines],
            "following": page.next,
            "states": [(code, words()) for code, words in STATES.items()],
            "kinds": [(one, kind_words(one)) for one in queries.kinds_seen_by(person)],
            "kind": kind,
            "parked": queries.parked_count(person),
            "narrowed": bool(state or kind),
        },
    )


@needs(Verb.WORK_MANAGE)
@require_POST
def act(request: HttpRequest, ref: str, act: str) -> HttpResponse:
    """Start parked work again, pause it or let it go on."""
    if act not in ACTS:
        raise NotFound("There is no such page.")
    verb, words = ACTS[act]
    verb(person_of(request), ref, at=clock.read())
    done(request, words())
    return redirect("work:list")
