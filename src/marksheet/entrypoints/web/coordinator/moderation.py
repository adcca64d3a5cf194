"""The moderation of a schedule: how it stands, and setting its rounds after a preview."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from marksheet.apps.exams.queries.schedules import Schedule
from marksheet.apps.ledger import clock
from marksheet.apps.ledger.errors import BadInput
from marksheet.apps.marking.queries.moderation import (
    counts_in_moderation,
    markers_to_choose,
    moderators_at,
    rounds_in_force,
)
from marksheet.apps.marking.queries.people import coordinated_for
from marksheet.apps.marking.queries.plan import plan_of
from marksheet.apps.marking.queries.samples import overseen_samples
from marksheet.apps.results.actions.marks import preview_moderation, set_moderation
from marksheet.apps.results.queries.coordination import coordination_of
from marksheet.apps.results.queries.preview_moderation import Preview
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.acting import carried_out, done
from marksheet.entrypoints.web.assess.reasons import names_of, reason_words, trigger_words
from marksheet.entrypoints.web.coordinator.moderation_form import ModerationForm
from marksheet.entrypoints.web.coordinator.views import about


@signed_in
@require_GET
def overview(request: HttpRequest, ref: str) -> HttpResponse:
    """Show how moderation stands, which rule holds, and its rounds to change."""
    schedule = coordinated_for(person_of(request), ref)
    form = ModerationForm(plan=plan_of(schedule), markers=markers_to_choose(schedule))
    return _overview(request, schedule, form)


def _overview(
    request: HttpRequest, schedule: Schedule, form: ModerationForm, status: int = 200
) -> HttpResponse:
    plan = plan_of(schedule)
    names = names_of(markers_to_choose(schedule))
    samples = [
        (one, "; ".join(reason_words(reason, {}) for reason in one.reasons))
        for one in overseen_samples(schedule)
    ]
    context = about(coordination_of(schedule)) | {
        "form": form,
        "rounds": [
            (n, [trigger_words(one, names) for one in round_.triggers], round_.notes)
            for n, round_ in enumerate(rounds_in_force(plan), start=1)
        ],
        "stands": counts_in_moderation(schedule),
        "samples": samples,
        "moderators": moderators_at(schedule),
        "two": plan.markers == 2,
        "tab": "moderation",
    }
    return render(request, "coordinator/moderation.html", context, status=status)


@signed_in
@require_http_methods(["GET", "POST"])
def preview(request: HttpRequest, ref: str) -> HttpResponse:
    """Say what these rounds would send to moderation; then set exactly them."""
    person, at = person_of(request), clock.read()
    schedule = coordinated_for(person, ref)
    markers = markers_to_choose(schedule)
    form = ModerationForm(request.POST or request.GET, plan=plan_of(schedule), markers=markers)
    changed: list[bool] = []

    def change(data: dict[str, Any]) -> None:
        changed.append(
            set_moderation(
                person, schedule.ref, data["rounds"], seed=form.seed, against=data["against"], at=at
            )
        )

    if carried_out(request, form, change):
        done(request, _("The rounds of moderation are saved.") if changed[0] else _("Nothing had changed."))
        return redirect("coordinator:moderation", schedule.ref)
    found = None
    if form.is_valid() or not form.has_error(None):
        found = _previewed(person, schedule, form)
    if found is None or form.errors:
        return _overview(request, schedule, form, status=400)
    context = {
        "schedule": schedule,
        "form": form,
        "found": found,
        "lines": _lines(found, names_of(markers)),
        "sent": form.as_sent(),
    }
    return render(request, "coordinator/moderation_preview.html", context)


def _previewed(person: Any, schedule: Schedule, form: ModerationForm) -> Preview | None:
    if not form.is_valid():
        return None
    try:
        return preview_moderation(person, schedule.ref, form.cleaned_data["rounds"], form.seed)
    except BadInput as bad:
        form.add_error(None, bad.message)
        return None


def _lines(found: Preview, names: dict[int, str]) -> list[Any]:
    """Return each round with its triggers in words, and how many scripts each sends."""
    return [
        (
            one.number + 1,
            one.scripts,
            [
                (trigger_words(trigger, names), one.triggers.get((trigger.kind, trigger.marker), 0))
                for trigger in one.round.triggers
            ],
        )
        for one in found.rounds
    ]
