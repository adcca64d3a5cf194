"""The marking screen: a response beside its scheme and the panel; every save is a form, with or without script."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from marksheet.apps.exams.queries.anonymity import called_to
from marksheet.apps.exams.queries.schedules import Schedule
from marksheet.apps.ledger import clock
from marksheet.apps.ledger.errors import BadInput, NotAllowed, Refusal, WrongState
from marksheet.apps.marking.actions.comments import forget_comment, keep_comment
from marksheet.apps.marking.actions.drafts import discard_drafts
from marksheet.apps.marking.queries.assess import assessed_for, marks_at
from marksheet.apps.marking.queries.flags import lead_markers, leads_at
from marksheet.apps.marking.queries.grid import shown_mark
from marksheet.apps.marking.queries.qualifying import has_trial
from marksheet.apps.marking.queries.submissions import ScriptStatus
from marksheet.apps.marking.queries.walking import Place
from marksheet.apps.marking.queries.workshop import Workshop, first_to_mark, workshop_of
from marksheet.apps.people.queries import Person
from marksheet.apps.results.actions.marks import StalePanel, save_panel
from marksheet.apps.results.actions.marks.judging import MOST_TEXT
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.acting import done
from marksheet.entrypoints.shared.errors import wants_json
from marksheet.entrypoints.web.assess import files, notes, panel
from marksheet.entrypoints.web.assess.views import paused
from marksheet.entrypoints.web.exams.scheme_form import step_words
from marksheet.formats.texts import words_in

CANDIDATE = "candidate"


@signed_in
@require_GET
def start(request: HttpRequest, ref: str) -> HttpResponse:
    """Go to the first script with something unmarked."""
    person = person_of(request)
    schedule = assessed_for(person, ref)
    if (refused := paused(request, person, schedule)) is not None:
        return refused
    place = first_to_mark(person, schedule, request.GET.get("part", ""))
    if place is None:
        done(request, _("There is nothing to mark here yet."))
        return redirect("assess:submissions", schedule.ref)
    return redirect(_address(schedule, place, request))


@signed_in
@require_GET
def script(request: HttpRequest, ref: str, script: str) -> HttpResponse:
    """Go to the first unmarked question of one script."""
    person = person_of(request)
    schedule = assessed_for(person, ref)
    seen = workshop_of(person, schedule, script)
    return redirect(_address(schedule, (seen.script.ref, seen.part.ref), request))


@signed_in
@require_http_methods(["GET", "POST"])
def mark(request: HttpRequest, ref: str, script: str, part: str) -> HttpResponse:
    """Show one question of one script, or save what stands in its panel.

    A program that asks for JSON is answered 200 ``{state: saved, mark_against, said_against, shown}``, 409
    ``{state: stale, message}``, or 400 or 409 ``{state: refused, message}``.
    """
    person = person_of(request)
    schedule = assessed_for(person, ref)
    if (
        request.method == "GET"
        and (refused := paused(request, person, schedule)) is not None
        and not has_trial(person, schedule, script)
    ):
        return refused
    by_candidate = request.GET.get("by") == CANDIDATE
    walking = request.method == "GET" or not wants_json(request)
    seen = workshop_of(person, schedule, script, part, by_candidate=by_candidate, walking=walking)
    if request.method == "POST":
        return _sent(request, person, schedule, seen)
    filled = panel.filled_from_draft(seen) if seen.draft else panel.filled_of(seen)
    return _page(request, person, schedule, seen, filled)


def _sent(request: HttpRequest, person: Person, schedule: Schedule, seen: Workshop) -> HttpResponse:
    act = request.POST.get("act", "save")
    here = _address(schedule, (seen.script.ref, seen.part.ref), request)
    if act == "discard":
        discard_drafts(person, schedule.ref, [seen.script.ref], seen.part.ref)
        return redirect(here)
    if act in notes.ACTS:
        return _noted(request, person, schedule, seen, here)
    filled = panel.filled_from(_with_comment(seen, request.POST, act))
    try:
        saved = save_panel(person, schedule.ref, panel.save_of(seen, request.POST, filled), at=clock.read())
        _comments(person, schedule, seen, act, filled.feedback)
    except StalePanel as stale:
        if wants_json(request):
            return JsonResponse({"state": "stale", "message": stale.message}, status=409)
        again = _again(request, person, schedule, seen)
        filled = panel.filled_from_draft(again)
        return _page(request, person, schedule, again, filled, refusal=stale, status=409)
    except (BadInput, WrongState, NotAllowed) as refusal:
        status = 400 if isinstance(refusal, BadInput) else 409
        if wants_json(request):
            return JsonResponse({"state": "refused", "message": refusal.message}, status=status)
        return _page(request, person, schedule, seen, filled, refusal=refusal, status=status)
    if wants_json(request):
        return JsonResponse(
            {
                "state": "saved",
                "mark_against": saved.mark_version,
                "said_against": saved.said_version,
                "shown": shown_mark(saved.value, saved.no_response),
            }
        )
    if act in ("next", "no_response"):
        place = _again(request, person, schedule, seen).around.unmarked
        if place is not None:
            return redirect(_address(schedule, place, request))
        done(request, _("Saved. Nothing of yours is unmarked here any more."))
    return redirect(here)


def _noted(
    request: HttpRequest, person: Person, schedule: Schedule, seen: Workshop, here: str
) -> HttpResponse:
    answer = notes.saved(request, person, schedule, seen)
    if isinstance(answer, HttpResponse):
        return answer
    if answer is None:
        done(request, notes.said(request.POST))
        return redirect(f"{here}#notes")
    seen = _again(request, person, schedule, seen)
    filled = panel.filled_from_draft(seen) if seen.draft else panel.filled_of(seen)
    status = 400 if isinstance(answer.refusal, BadInput) else 409
    return _page(request, person, schedule, seen, filled, typed=answer, status=status)


def _again(request: HttpRequest, person: Person, schedule: Schedule, seen: Workshop) -> Workshop:
    by_candidate = request.GET.get("by") == CANDIDATE
    return workshop_of(person, schedule, seen.script.ref, seen.part.ref, by_candidate=by_candidate)


def _with_comment(seen: Workshop, post: QueryDict, act: str) -> QueryDict:
    """Return what was sent, with a kept comment at the end of the feedback where one was chosen."""
    if not act.startswith(panel.INSERT):
        return post
    text = next((one.text for one in seen.comments if one.ref == act.removeprefix(panel.INSERT)), "")
    sent = post.copy()
    before = sent.get("feedback", "").rstrip()
    sent["feedback"] = f"{before}\n{text}" if before else text
    return sent


def _comments(person: Person, schedule: Schedule, seen: Workshop, act: str, feedback: str) -> None:
    if act == "keep":
        keep_comment(person, schedule.ref, seen.part.ref, feedback, at=clock.read())
    elif act.startswith(panel.FORGET):
        forget_comment(person, act.removeprefix(panel.FORGET))


def _page(
    request: HttpRequest,
    person: Person,
    schedule: Schedule,
    seen: Workshop,
    filled: panel.Filled,
    *,
    refusal: Refusal | None = None,
    typed: notes.Typed | None = None,
    status: int = 200,
) -> HttpResponse:
    marks = marks_at(person, schedule)
    locked = seen.row.status == ScriptStatus.SUBMITTED
    leads = leads_at(person, schedule)
    context: dict[str, Any] = {
        "schedule": schedule,
        "seen": seen,
        "filled": filled,
        "refusal": refusal,
        "open": marks and not locked,
        "marks": marks,
        "locked": locked,
        "words": words_in(seen.written.text),
        "files": notes.on_files(seen, files.shown(schedule, seen), typed),
        "items": [
            (
                one,
                shown_mark(mark.value, mark.no_response) or "–",
                one.ref == seen.part.ref,
                _address(schedule, (seen.script.ref, one.ref), request),
            )
            for one, mark in zip(seen.parts, seen.marks, strict=True)
        ],
        "criteria": panel.criteria_of(seen, filled),
        "typed": panel.asks_for_a_number(seen),
        "total": panel.total_shown(seen, filled),
        "stands": shown_mark(seen.mark.value, seen.mark.no_response),
        "rest": panel.most_rest(seen),
        "step_words": step_words(seen.scheme.step_thousandths),
        "to_go": seen.around.total - seen.around.marked,
        "here": _address(schedule, (seen.script.ref, seen.part.ref), request),
        "before": _maybe(schedule, seen.around.previous, request),
        "after": _maybe(schedule, seen.around.following, request),
        "unmarked": _maybe(schedule, seen.around.unmarked, request),
        "by_candidate": request.GET.get("by") == CANDIDATE,
        "leads": leads,
        "may_settle": leads or (seen.flag is not None and seen.flag.person_id == person.pk),
        "lead_names": [
            called_to(person, schedule, one) for one in lead_markers(schedule) if one.pk != person.pk
        ][:2],
        # What was refused was typed upon what stood on the screen then, not upon what stands now.
        "upon": panel.versions(seen, request.POST if isinstance(refusal, BadInput) else None),
        "key": f"{person.ref}:{seen.script.ref}:{seen.part.ref}",
        "most": MOST_TEXT,
    } | notes.context_of(seen, typed)
    answer = render(request, "assess/workshop.html", context, status=status)
    # Always: the script goes on to the next response without leaving the page.
    return files.allowed_beside(answer)


def _address(schedule: Schedule, place: Place, request: HttpRequest) -> str:
    url = reverse("assess:mark", args=[schedule.ref, *place])
    return f"{url}?by={CANDIDATE}" if request.GET.get("by") == CANDIDATE else url


def _maybe(schedule: Schedule, place: Place | None, request: HttpRequest) -> str:
    return _address(schedule, place, request) if place else ""
