"""Type the answers and texts of scripts on paper, all of a page or none; what is stored changes with a reason."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marksheet.apps.exams.models import Attempt, AttemptState, Schedule
from marksheet.apps.exams.queries.anonymity import named, through
from marksheet.apps.exams.queries.answers import NO_RESPONSE, stored_answers, takes_typed_answers
from marksheet.apps.exams.queries.paper import PartRow, paper_of
from marksheet.apps.exams.queries.texts import stored_texts
from marksheet.apps.exams.queries.work import BY_HAND, digest_of_cells
from marksheet.apps.exams.steps.activity import note_activity
from marksheet.apps.exams.steps.work import change_responses, store_responses
from marksheet.apps.ledger.change import Change, change
from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound, Stale
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries import helpers
from marksheet.apps.people.queries.apart import apart_from
from marksheet.apps.results.actions.intake import schedule_for_work
from marksheet.apps.results.steps.recompute import recompute
from marksheet.formats.cells import LONGEST_ANSWER
from marksheet.formats.texts import UnkeptCharacter, as_typed, brief, kept_text
from marksheet.rules.access import Verb
from marksheet.rules.scoring import BadAnswer, Match, canonical

CellName = tuple[str, str]
"""(the script's ref, the part's ref)."""


@dataclass(frozen=True, slots=True)
class AnswerSave:
    """One answer as it was typed: ``nr`` is no response; ``stood`` is what the page showed, "" for nothing."""

    script_ref: str
    part_ref: str
    typed: str
    stood: str = ""

    @property
    def name(self) -> CellName:
        """Where it stands."""
        return self.script_ref, self.part_ref


@dataclass(frozen=True, slots=True)
class Entered:
    """How many answers were stored, and how many stored ones were changed."""

    added: int = 0
    changed: int = 0


class BadAnswers(BadInput):
    """Answers that cannot be taken, each with its reason; nothing was written."""

    def __init__(self, cells: Mapping[CellName, str], details: Sequence[str]) -> None:
        self.cells = dict(cells)
        words = ngettext(
            "Nothing was saved: %(n)s answer cannot be taken.",
            "Nothing was saved: %(n)s answers cannot be taken.",
            len(cells),
        )
        super().__init__(words % {"n": len(cells)}, details=details)


class StaleAnswers(Stale):
    """Answers that somebody else stored otherwise meanwhile, with what stands now; nothing was written."""

    def __init__(self, cells: Mapping[CellName, str]) -> None:
        self.cells = dict(cells)
        super().__init__(
            _("Nothing was saved: somebody entered another answer meanwhile. Look at the marked cells.")
        )


class ReasonNeeded(BadInput):
    """Stored answers would change and nobody said why; nothing was written."""


@dataclass(slots=True)
class _Plan:
    """What saving would do; keys are (attempt, part), values canonical or None for no response."""

    fresh: dict[tuple[int, int], str | None] = field(default_factory=dict)
    changed: dict[tuple[int, int], str | None] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    wrong: dict[CellName, str] = field(default_factory=dict)
    details: list[str] = field(default_factory=list)
    stale: dict[CellName, str] = field(default_factory=dict)


def enter_answers(
    actor: Person, schedule_ref: str, saves: Sequence[AnswerSave], *, reason: str = "", at: datetime
) -> Entered:
    """Store typed answers and texts of scripts on paper, all or none, and recompute the results.

    A blank where nothing is stored says nothing; what is stored already is left. An answer to a machine-scored part
    is read and checked as an import of responses does; a text, for people to mark, is kept as it was typed. What was
    typed was copied by hand, so it can be put right, with a reason.

    Raises:
        NotFound: schedule, script or part is not there, or hidden from the actor.
        NotAllowed: the actor may not bring in work there, or it is their own or kept from them by a conflict.
        WrongState: the schedule is not active.
        BadAnswers: some cannot be answers; who, part, value and reason of each.
        StaleAnswers: somebody else stored another answer meanwhile.
        ReasonNeeded: stored answers would change, and ``reason`` is empty.
    """
    with change(actor, Verb.WORK_IMPORT, at=at) as opened:
        inactive = _("This schedule is not active: no answers can be entered now.")
        schedule = schedule_for_work(opened, actor, schedule_ref, inactive)
        attempts = _attempts(actor, schedule, {save.script_ref for save in saves})
        plan = _planned(schedule, attempts, saves)
        _refuse(plan, reason)
        if plan.fresh or plan.changed:
            _write(opened, schedule, attempts, plan, reason)
        return Entered(len(plan.fresh), len(plan.changed))


def _attempts(actor: Person, schedule: Schedule, refs: set[str]) -> dict[str, Attempt]:
    rows = Attempt.objects.filter(
        takes_typed_answers(), schedule=schedule, state=AttemptState.HANDED_IN, script_ref__in=refs
    ).select_related("enrolment", "schedule")
    found = {row.script_ref: row for row in through(actor, rows)}
    if found.keys() != refs:
        raise NotFound(_("There is no such script on paper."))
    apart = apart_from(actor)
    for row in found.values():
        if row.enrolment.person_id == actor.pk:
            raise NotAllowed(_("This is your own work: somebody else enters its answers."))
        if apart.keeps_from(row.enrolment.person_id, row.enrolment.home_id):
            raise NotAllowed(
                _("A conflict of interest keeps you from this work: somebody else enters its answers."),
                helpers=helpers(Verb.SCHEDULE_COORDINATE, schedule.node_id),
            )
    return found


def _planned(schedule: Schedule, attempts: Mapping[str, Attempt], saves: Sequence[AnswerSave]) -> _Plan:
    parts = {part.ref: part for part in paper_of(schedule.version_id, schedule.key_version_id).parts}
    keys = [row.pk for row in attempts.values()]
    stored = stored_answers(keys)
    if any(not parts[save.part_ref].machine for save in saves if save.part_ref in parts):
        stored |= stored_texts(keys)
    plan = _Plan()
    for save in saves:
        part, attempt = parts.get(save.part_ref), attempts[save.script_ref]
        if part is None:
            raise NotFound(_("There is no such part in this paper."))
        place = (attempt.pk, part.id)
        before = stored.get(place, "")
        if not save.typed.strip() and not before:
            continue
        try:
            value = _read(part, save.typed)
        except ValueError as why:
            plan.wrong[save.name] = str(why)
            plan.details.append(_told(attempt, part, brief(save.typed.strip()), str(why)))
            continue
        after = NO_RESPONSE if value is None else value
        if after == before:
            continue
        if not before:
            plan.fresh[place] = value
        elif before != as_typed(save.stood):
            plan.stale[save.name] = before
        else:
            plan.changed[place] = value
            who = attempt.enrolment.number or attempt.enrolment.name
            plan.told.append(f"{who}, {part.label}: {before} → {after}")
            plan.shown.append(f"{who}, {part.label}: {brief(before)} → {brief(after)}")
    return plan


def _read(part: PartRow, typed: str) -> str | None:
    """Return the stored spelling of a typed answer, None for no response; ValueError says why it is none."""
    text = typed.strip()
    if not text:
        raise BadAnswer(_("what is stored cannot be emptied. Type another answer, or nr for no response."))
    if text.casefold() == NO_RESPONSE:
        return None
    if len(text) > LONGEST_ANSWER:
        raise BadAnswer(_("an answer has at most %(most)s characters.") % {"most": LONGEST_ANSWER})
    if not part.machine:
        return _text(typed)
    return canonical(Match(part.match), text, part.options)


def _text(typed: str) -> str:
    """Return a text for people to mark as it is stored; BadAnswer names a character that cannot be kept."""
    try:
        return kept_text(typed)
    except UnkeptCharacter as error:
        raise BadAnswer(str(error)) from None


def _told(attempt: Attempt, part: PartRow, typed: str, why: str) -> str:
    return _("%(who)s, part %(part)s, “%(value)s”: %(why)s") % {
        "who": named(attempt.enrolment),
        "part": part.label,
        "value": typed,
        "why": why,
    }


def _refuse(plan: _Plan, reason: str) -> None:
    if plan.wrong:
        raise BadAnswers(plan.wrong, plan.details)
    if plan.stale:
        raise StaleAnswers(plan.stale)
    if plan.changed and not reason.strip():
        words = ngettext(
            "Nothing was saved: %(n)s stored answer would change. Say why.",
            "Nothing was saved: %(n)s stored answers would change. Say why.",
            len(plan.changed),
        )
        raise ReasonNeeded(words % {"n": len(plan.changed)}, details=plan.shown)


def _write(
    opened: Change, schedule: Schedule, attempts: Mapping[str, Attempt], plan: _Plan, reason: str
) -> None:
    store_responses(opened, schedule, ((*place, value) for place, value in plan.fresh.items()))
    change_responses(opened, schedule, [(*place, value) for place, value in plan.changed.items()])
    touched = {attempt for attempt, _part in (*plan.fresh, *plan.changed)}
    # Whatever brought the script, its answers are typed by hand from now on.
    Attempt.objects.filter(pk__in=touched).exclude(source=BY_HAND).update(source=BY_HAND)
    recompute(opened, schedule, [row.enrolment_id for row in attempts.values() if row.pk in touched])
    note_activity(opened, schedule)
    opened.lines(_lines(plan))
    opened.record(
        "schedule",
        schedule.pk,
        schedule_id=schedule.pk,
        private={
            "reason": reason.strip() if plan.changed else "",
            "answers": "; ".join(plan.told),
        },
        did="answers_entered",
        responses=len(plan.fresh),
        answers_changed=len(plan.changed),
    )


def _lines(plan: _Plan) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """One line per attempt: how many answers came or changed, and a digest of them, as an import has it."""
    cells: dict[int, list[list[Any]]] = defaultdict(list)
    for (attempt, part), value in (*plan.fresh.items(), *plan.changed.items()):
        cells[attempt].append([part, "answer", value])
    changed = [attempt for attempt, _part in plan.changed]
    for attempt, said in cells.items():
        n = changed.count(attempt)
        yield (
            "attempt",
            attempt,
            {"responses": len(said) - n, "answers_changed": n, "digest": digest_of_cells(said)},
        )
