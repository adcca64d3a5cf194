"""Put a schedule away, knowing what stays undone, and bring it back; both with a reason."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from marksheet.apps.exams.actions.schedules import archive_schedule, restore_schedule
from marksheet.apps.exams.queries.schedules import Phase, Schedule, phase, schedule_for
from marksheet.apps.ledger import clock
from marksheet.apps.people.queries import demand
from marksheet.apps.results.queries.left_behind import left_behind
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.acting import carried_out, done, posted
from marksheet.entrypoints.web.schedules.forms import ReasonForm
from marksheet.rules.access import Verb


@signed_in
@require_http_methods(["GET", "POST"])
def archive(request: HttpRequest, ref: str) -> HttpResponse:
    """Say what would be left behind, ask why, and put a schedule away."""
    at = clock.read()
    found, form = _asked(request, ref)
    if carried_out(request, form, _doing(archive_schedule, request, ref, at)):
        done(request, _("The schedule was archived. It can be brought back from its page."))
        return redirect("schedules:list")
    stands = phase(found, at)
    possible = stands in (Phase.DRAFT, Phase.ENDED)
    context = {"form": form, "schedule": found, "phase": stands, "possible": possible}
    return render(request, "schedules/archive.html", context | {"left": left_behind(found)})


@signed_in
@require_http_methods(["GET", "POST"])
def restore(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask why, and bring an archived schedule back to where it stood."""
    at = clock.read()
    found, form = _asked(request, ref)
    if carried_out(request, form, _doing(restore_schedule, request, ref, at)):
        done(request, _("The schedule is back where it stood."))
        return redirect("schedules:schedule", ref)
    stands = phase(found, at)
    context = {"form": form, "schedule": found, "phase": stands, "possible": stands == Phase.ARCHIVED}
    return render(request, "schedules/archive.html", context | {"back": True})


def _asked(request: HttpRequest, ref: str) -> tuple[Schedule, ReasonForm]:
    person = person_of(request)
    found = schedule_for(person, ref)
    demand(person, Verb.SCHEDULE_MANAGE, found.node_id, _("You may see this schedule but not change it."))
    return found, ReasonForm(posted(request))


def _doing(
    verb: Callable[..., None], request: HttpRequest, ref: str, at: datetime
) -> Callable[[dict[str, Any]], None]:
    def do(typed: dict[str, Any]) -> None:
        verb(person_of(request), ref, reason=typed["reason"], at=at)

    return do
