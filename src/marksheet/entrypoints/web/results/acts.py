"""What can be done to results besides publishing: each act says what it will do to how many, and asks why."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_http_methods

from marksheet.apps.exams.queries.anonymity import named
from marksheet.apps.ledger import clock
from marksheet.apps.ledger.errors import NotFound
from marksheet.apps.people.queries import Person
from marksheet.apps.release.actions.withholding import lift, withhold
from marksheet.apps.results.actions.adjusting import adjust, take_back
from marksheet.apps.results.actions.marks import reopen_results
from marksheet.apps.results.actions.standing import mark_standing, unvoid_attempts, void_attempts
from marksheet.apps.results.queries.opened import rows_seen_by
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.acting import carried_out
from marksheet.entrypoints.web.results.bar import list_address
from marksheet.entrypoints.web.results.chosen import chosen, refs_of
from marksheet.entrypoints.web.results.reasons import AdjustForm, ReasonForm, TakeBackForm
from marksheet.rules.access import Verb

Do = Callable[[Person, Sequence[str], Mapping[str, Any], datetime], int]
SHOWN_NAMES = 8


@dataclass(frozen=True, slots=True)
class Act:
    """One act: the verbs that allow it, its words, and what carries it out.

    Args:
        title, button, done: each with %(n)d; ``consequence`` says what it means, in one or two sentences.
        do: carries it out with what ``form`` holds.
        from_buckets: where a row has to stand for it; none: it is offered elsewhere.
    """

    key: str
    verbs: tuple[Verb, ...]
    label: str | Promise
    title: str | Promise
    done: str | Promise
    consequence: str | Promise
    do: Do
    from_buckets: tuple[str, ...]
    tone: str = ""
    form: type[ReasonForm] = ReasonForm


def _standing(wanted: str) -> Do:
    return lambda who, refs, said, at: mark_standing(who, refs, wanted, reason=said["reason"], at=at)


WAITING = ("not-submitted", "not-ready", "moderation", "ready", "correction")
NOT_HERE = ("expected", "absent")
ACTS: Mapping[str, Act] = {
    act.key: act
    for act in (
        Act(
            "withhold",
            (Verb.RESULT_WITHHOLD, Verb.RESULT_PUBLISH),
            gettext_lazy("Withhold"),
            ngettext_lazy("Withhold %(n)d result", "Withhold %(n)d results", "n"),
            ngettext_lazy("%(n)d result is withheld.", "%(n)d results are withheld.", "n"),
            gettext_lazy(
                "A withheld result shows no score to anybody and cannot be published until it is lifted. You are"
                " named as its owner. Once the others of its schedule see theirs, its candidate reads"
                " “not yet available”."
            ),
            lambda who, refs, said, at: withhold(who, refs, reason=said["reason"], at=at),
            WAITING,
        ),
        Act(
            "lift",
            (Verb.RESULT_WITHHOLD, Verb.RESULT_PUBLISH),
            gettext_lazy("Lift"),
            ngettext_lazy("Let %(n)d result go again", "Let %(n)d results go again", "n"),
            ngettext_lazy("%(n)d result can go on.", "%(n)d results can go on.", "n"),
            gettext_lazy("What is lifted shows its score again and can be published."),
            lambda who, refs, said, at: lift(who, refs, reason=said["reason"], at=at),
            ("withheld",),
        ),
        Act(
            "void",
            (Verb.RESULT_VOID,),
            gettext_lazy("Void"),
            ngettext_lazy("Void the work of %(n)d candidate", "Void the work of %(n)d candidates", "n"),
            ngettext_lazy(
                "The work of %(n)d candidate is void.", "The work of %(n)d candidates is void.", "n"
            ),
            gettext_lazy(
                "Every handed-in attempt becomes void: there is no score, and the result can be published as void."
                " Its candidate then reads “no result, please contact …”. It can be undone."
            ),
            lambda who, refs, said, at: void_attempts(who, refs, reason=said["reason"], at=at),
            ("not-submitted", "not-ready", "moderation", "ready"),
            "bad",
        ),
        Act(
            "unvoid",
            (Verb.RESULT_VOID,),
            gettext_lazy("Undo void"),
            ngettext_lazy(
                "Let the void work of %(n)d candidate count",
                "Let the void work of %(n)d candidates count",
                "n",
            ),
            ngettext_lazy(
                "The work of %(n)d candidate counts again.", "The work of %(n)d candidates counts again.", "n"
            ),
            gettext_lazy("The void attempts count again, with the marks they had."),
            lambda who, refs, said, at: unvoid_attempts(who, refs, reason=said["reason"], at=at),
            ("ready",),
        ),
        Act(
            "reopen",
            (Verb.RESULT_REOPEN,),
            gettext_lazy("Reopen for marking"),
            ngettext_lazy("Reopen the work of %(n)d candidate", "Reopen the work of %(n)d candidates", "n"),
            ngettext_lazy(
                "%(n)d script is open for marking again.", "%(n)d scripts are open for marking again.", "n"
            ),
            gettext_lazy(
                "The submitted scripts go back to their markers with all marks kept, and leave Results until they are"
                " submitted again. What is published stays published."
            ),
            lambda who, refs, said, at: reopen_results(who, refs, reason=said["reason"], at=at),
            ("not-ready", "moderation", "ready", "correction", "published"),
        ),
        Act(
            "adjust",
            (Verb.RESULT_ADJUST,),
            gettext_lazy("Adjust"),
            ngettext_lazy("Adjust the score of %(n)d candidate", "Adjust the score of %(n)d candidates", "n"),
            ngettext_lazy("%(n)d score is adjusted.", "%(n)d scores are adjusted.", "n"),
            gettext_lazy(
                "The step is named in the account of the grade, for staff and candidate; the reason only for staff."
                " It counts before rounding. What is published stays, and a correction becomes ready. It can be"
                " taken back."
            ),
            lambda who, refs, said, at: adjust(
                who,
                refs,
                said["kind"],
                said["amount"] or Fraction(0),
                said["unit"],
                reason=said["reason"],
                at=at,
            ),
            (*WAITING, "withheld", "published"),
            form=AdjustForm,
        ),
        Act(
            "take-back",
            (Verb.RESULT_ADJUST,),
            gettext_lazy("Take back"),
            ngettext_lazy(
                "Take back the adjustment of %(n)d score", "Take back the adjustment of %(n)d scores", "n"
            ),
            ngettext_lazy("%(n)d adjustment is taken back.", "%(n)d adjustments are taken back.", "n"),
            gettext_lazy(
                "The score is what it was without it. What is published stays, and a correction becomes ready."
            ),
            lambda who, refs, said, at: take_back(who, refs, said["kind"], reason=said["reason"], at=at),
            (),
            form=TakeBackForm,
        ),
        Act(
            "absent",
            (Verb.ATTENDANCE_RECORD,),
            gettext_lazy("Mark absent"),
            ngettext_lazy("Mark %(n)d candidate absent", "Mark %(n)d candidates absent", "n"),
            ngettext_lazy("%(n)d candidate is marked absent.", "%(n)d candidates are marked absent.", "n"),
            gettext_lazy(
                "An absent candidate gets no result and no result mail, and stays out of the statistics."
            ),
            _standing("absent"),
            NOT_HERE,
        ),
        Act(
            "excused",
            (Verb.ATTENDANCE_RECORD,),
            gettext_lazy("Mark excused"),
            ngettext_lazy("Mark %(n)d candidate excused", "Mark %(n)d candidates excused", "n"),
            ngettext_lazy("%(n)d candidate is marked excused.", "%(n)d candidates are marked excused.", "n"),
            gettext_lazy(
                "An excused candidate gets no result and no result mail, and stays out of the statistics."
            ),
            _standing("excused"),
            NOT_HERE,
        ),
        Act(
            "deferred",
            (Verb.ATTENDANCE_RECORD,),
            gettext_lazy("Mark deferred"),
            ngettext_lazy("Mark %(n)d candidate deferred", "Mark %(n)d candidates deferred", "n"),
            ngettext_lazy(
                "%(n)d candidate is marked deferred.", "%(n)d candidates are marked deferred.", "n"
            ),
            gettext_lazy(
                "A deferred candidate sits later; until then there is no result and no result mail."
            ),
            _standing("deferred"),
            NOT_HERE,
        ),
        Act(
            "expected",
            (Verb.ATTENDANCE_RECORD,),
            gettext_lazy("Expect after all"),
            ngettext_lazy("Expect %(n)d candidate after all", "Expect %(n)d candidates after all", "n"),
            ngettext_lazy("%(n)d candidate is expected again.", "%(n)d candidates are expected again.", "n"),
            gettext_lazy("The candidate is expected to hand in again."),
            _standing("expected"),
            ("absent",),
        ),
    )
}


@signed_in
@require_http_methods(["POST"])
def act(request: HttpRequest, act: str) -> HttpResponse:
    """Show what the act will do to what was ticked; with a reason, do it."""
    found = ACTS.get(act)
    if found is None:
        raise NotFound(_("There is no such page."))
    person, query = person_of(request), request.POST.get("query", "")
    confirmed = "refs" in request.POST
    refs = request.POST["refs"].split(",") if confirmed else list(refs_of(person, chosen(request)))
    form = found.form(request.POST if confirmed else None, initial={"kind": request.POST.get("kind", "")})
    count: list[int] = []

    def carry_out(cleaned: Mapping[str, Any]) -> None:
        count.append(found.do(person, refs, cleaned, clock.read()))

    if confirmed and carried_out(request, form, carry_out):
        messages.success(
            request, str(found.done % {"n": count[0]}) if count[0] else _("That was so already.")
        )
        request.session["selection-done"] = request.POST.get("list", "")[:40]
        return redirect(list_address(query))
    rows = rows_seen_by(person, refs)
    if not rows:
        raise NotFound(_("There is no such result."))
    context = {
        "act": found,
        "title": found.title % {"n": len(rows)},
        "form": form,
        "refs": ",".join(refs),
        "names": [named(row) for row in rows[:SHOWN_NAMES]],
        "more": max(len(rows) - SHOWN_NAMES, 0),
        "query": query,
        "list": request.POST.get("list", "")[:40],
        "back": list_address(query),
    }
    return render(request, "results/act.html", context, status=400 if confirmed else 200)


def acts_on(bucket: str, outcome: str, held: frozenset[str], *, by_hand: bool = True) -> list[Act]:
    """Return the acts that fit a row in ``bucket`` for somebody who holds these verbs there."""
    found = [
        one
        for one in ACTS.values()
        if bucket in one.from_buckets and not held.isdisjoint({str(verb) for verb in one.verbs})
    ]
    void = outcome == "void"
    return [
        one
        for one in found
        if not (one.key in ("void", "adjust") and void)
        and not (one.key == "unvoid" and not void)
        and not (one.key == "reopen" and (void or not by_hand))
    ]
