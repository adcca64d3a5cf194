"""The quality of marking at a schedule: its seeds, how each marker stands, who is stopped and how it goes on."""

from fractions import Fraction
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from marksheet.apps.exams.queries.paper import paper_of
from marksheet.apps.exams.queries.schedules import Schedule
from marksheet.apps.exams.queries.schemes import steps_of
from marksheet.apps.ledger import clock
from marksheet.apps.ledger.errors import NotFound
from marksheet.apps.marking.queries.allocation import allocation_of
from marksheet.apps.marking.queries.grid import shown_mark
from marksheet.apps.marking.queries.marks import current_marks
from marksheet.apps.marking.queries.people import coordinated_for
from marksheet.apps.marking.queries.plan import plan_of
from marksheet.apps.marking.queries.qualifying import qualifying_of
from marksheet.apps.marking.queries.quality import quality_of, seed_lines, signed, stop_for
from marksheet.apps.marking.queries.seeding import Kind, Seed, seed_for, seeding_of
from marksheet.apps.marking.queries.submissions import scripts_named
from marksheet.apps.results.actions.marks import (
    change_seed,
    make_seed,
    retire_seed,
    set_seeding,
    settle_stop,
)
from marksheet.apps.results.queries.coordination import coordination_of
from marksheet.entrypoints.shared import asking
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.acting import carried_out, done
from marksheet.entrypoints.shared.templatetags.ui import one_decimal
from marksheet.entrypoints.web.coordinator.forms import Reason
from marksheet.entrypoints.web.coordinator.quality_forms import NeededForm, SeedForm, SeedingForm, StopForm
from marksheet.entrypoints.web.coordinator.views import about


@signed_in
@require_http_methods(["GET", "POST"])
def overview(request: HttpRequest, ref: str) -> HttpResponse:
    """Show how each marker stands, the seeds, and how they are given; change that."""
    person, at = person_of(request), clock.read()
    schedule = coordinated_for(person, ref)
    plan = plan_of(schedule)
    form = SeedingForm(request.POST if request.method == "POST" else None, plan=plan)
    changed: list[bool] = []

    def change(data: dict[str, Any]) -> None:
        changed.append(
            set_seeding(
                person, schedule.ref, every=data["every"], misses=data["misses"], of_last=data["of_last"],
                against=data["against"], at=at,
            )
        )  # fmt: skip

    if carried_out(request, form, change):
        done(request, _("The settings are saved.") if changed[0] else _("Nothing had changed."))
        return redirect("coordinator:quality", schedule.ref)
    allocation = allocation_of(schedule)
    context = about(coordination_of(schedule)) | {
        "form": form,
        "seeding": seeding_of(plan),
        "shared": allocation is not None and allocation.shuffled,
        "two": plan.markers == 2,
        "rows": [
            (one, off(one.settled.severity), off(one.others.severity), _minutes(one.minutes))
            for one in quality_of(person, schedule)
        ],
        "seeds": seed_lines(person, schedule),
        "qualifying": qualifying_of(person, schedule, plan),
        "before": plan.qualifying is not None,
        "needed": NeededForm(initial={"needed": plan.qualifying, "against": plan.revision}),
        "me": person,
        "tab": "quality",
    }
    status = 400 if request.method == "POST" else 200
    return render(request, "coordinator/quality.html", context, status=status)


def off(marks: Fraction | None) -> str:
    """Return how far off marks are, with a sign and two decimals at most; a dash where nothing is compared."""
    if marks is None:
        return "–"
    return signed(round(marks * 100) * 10)


def _minutes(minutes: Fraction | None) -> str:
    return "–" if minutes is None else one_decimal(minutes)


@signed_in
@require_http_methods(["GET", "POST"])
def new_seed(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask what one script is worth; then make it a seed."""
    person, at = person_of(request), clock.read()
    schedule = coordinated_for(person, ref)
    chosen = (request.POST or request.GET).getlist("selected")
    if not chosen:
        done(request, _("Tick a script first."))
        return redirect("coordinator:scripts", schedule.ref)
    found = scripts_named(person, schedule, chosen[:1], everybodys=True)
    if not found:
        raise NotFound(_("There is no such script."))
    form = _seed_form(request, schedule)

    def make(data: dict[str, Any]) -> None:
        make_seed(
            person,
            schedule.ref,
            found[0].ref,
            form.settled(),
            reason=data["reason"],
            kind=data["kind"] or Kind.SEED,
            at=at,
        )

    if carried_out(request, form, make):
        done(request, _("These are its marks now, and markers get it."))
        return redirect("coordinator:quality", schedule.ref)
    context = {"schedule": schedule, "form": form, "one": found[0], "more": len(chosen) - 1}
    status = 400 if request.method == "POST" else 200
    return render(request, "coordinator/seed_new.html", context, status=status)


@signed_in
@require_http_methods(["GET", "POST"])
def seed(request: HttpRequest, ref: str, seed: str) -> HttpResponse:
    """Show what a seed is worth; settle it otherwise, or retire it."""
    person, at = person_of(request), clock.read()
    schedule = coordinated_for(person, ref)
    found = seed_for(person, schedule.ref, seed)
    if found is None:
        raise NotFound(_("There is no such seed."))
    leaving = request.POST.get("do", "") == "retire"
    form = _seed_form(request, schedule, found, bound=not leaving)
    retiring = Reason(request.POST if leaving else None)
    against = asking.whole(request.POST.get("against", ""), digits=8, otherwise=-1)

    def change(data: dict[str, Any]) -> None:
        change_seed(
            person, schedule.ref, found.ref, form.settled(), reason=data["reason"], against=against, at=at
        )

    def retire(data: dict[str, Any]) -> None:
        retire_seed(person, schedule.ref, found.ref, reason=data["reason"], against=against, at=at)

    if not leaving and carried_out(request, form, change):
        done(request, _("The seed is settled anew."))
        return redirect("coordinator:quality", schedule.ref)
    if leaving and carried_out(request, retiring, retire):
        done(request, _("The seed is given to nobody any more. Its marks stay its candidate's."))
        return redirect("coordinator:quality", schedule.ref)
    context = {"schedule": schedule, "form": form, "retiring": retiring, "seed": found}
    status = 400 if request.method == "POST" else 200
    return render(request, "coordinator/seed.html", context, status=status)


def _seed_form(
    request: HttpRequest, schedule: Schedule, seed: Seed | None = None, *, bound: bool = True
) -> SeedForm:
    parts = paper_of(schedule.version_id, schedule.key_version_id).human_parts
    stands = {}
    if seed is not None:
        marks = current_marks([seed.attempt_id], "definitive")
        stands = {part: shown_mark(one.value, one.no_response) for (_key, part), one in marks.items()}
    sent = request.method == "POST" and bound
    return SeedForm(
        request.POST if sent else None,
        parts=parts,
        steps=steps_of(part.id for part in parts),
        seed=seed,
        stands=stands,
    )


@signed_in
@require_http_methods(["GET", "POST"])
def stop(request: HttpRequest, ref: str, stop: str) -> HttpResponse:
    """Show what a stopped marker gave seeds; decide how it goes on."""
    person, at = person_of(request), clock.read()
    schedule = coordinated_for(person, ref)
    seen = stop_for(person, schedule, stop)
    form = StopForm(request.POST if request.method == "POST" else None)
    again: list[int] = []

    def decide(data: dict[str, Any]) -> None:
        again.append(
            settle_stop(person, schedule.ref, seen.stop.ref, data["decision"], reason=data["reason"], at=at)
        )

    if carried_out(request, form, decide):
        n = again[0]
        words = ngettext(
            "Decided: %(n)s script is marked again.", "Decided: %(n)s scripts are marked again.", n
        )
        done(request, words % {"n": n} if n else _("Decided: every mark stands."))
        return redirect("coordinator:quality", schedule.ref)
    evidence = [(one, off(one.judged.severity)) for one in seen.evidence]
    context = {"schedule": schedule, "form": form, "seen": seen, "evidence": evidence}
    status = 400 if request.method == "POST" else 200
    return render(request, "coordinator/stop.html", context, status=status)
