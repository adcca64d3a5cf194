"""Marks so far, for who coordinates: every script in every round with its state, long before a result is ready."""

from array import array
from collections.abc import Iterator, Sequence
from enum import IntEnum
from fractions import Fraction
from typing import NamedTuple

from marksheet.apps.exams.models import Attempt, Schedule
from marksheet.apps.exams.queries.anonymity import by_name, through
from marksheet.apps.exams.queries.paper import paper_of
from marksheet.apps.marking.models import MARKERS, MODERATION, Mark, Moderation, Round, Script
from marksheet.apps.marking.queries.counting import Counted, counted_marks
from marksheet.apps.marking.queries.hands import overseen
from marksheet.apps.marking.queries.marks import newest_marks
from marksheet.apps.marking.queries.moderation import SETTLED, in_moderation
from marksheet.apps.marking.queries.plan import agreeing_of, plan_of
from marksheet.apps.marking.queries.sharing import kept_back
from marksheet.apps.marking.queries.submissions import submission
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries.apart import apart_from

AT_A_TIME = 500
_ROUNDS = [str(one) for one in Round]


class _Of(IntEnum):
    """What a key of the file names besides its row: keys of three tables stand in one list."""

    SCRIPT = 0
    AGREED = 1
    MODERATION = 2


class SoFar(NamedTuple):
    """One script in one round.

    Args:
        state: ``untouched``, ``begun``, ``finished``, ``submitted``, ``agreed``, ``to-agree``, ``moderation``,
            ``with-marker`` or ``moderated``.
        marks: part -> mark in marks, None for no response; without the parts that have none.
        kept_back: its marks are kept from the reader, who marks the same script and has not submitted.
    """

    id: int
    ref: str
    name: str
    number: str
    attempt: int
    round: str
    by: str
    state: str
    marks: dict[int, Fraction | None]
    kept_back: bool


def keys_so_far(person: Person, schedule: Schedule) -> "array[int]":
    """Return a key for each script in each round of a schedule that ``person`` coordinates, by candidate.

    None is of their own work, nor of work that a conflict of interest keeps from them. Where two markers mark, what
    their marks come to is a line of its own once both have submitted.
    """
    who = by_name(person, schedule)
    of = (f"attempt__enrolment__{who}", "attempt__enrolment_id", "attempt__number", "round")
    two = plan_of(schedule).markers == len(MARKERS)
    found: list[tuple[str, int, int, int, int]] = []
    submitted: dict[int, int] = {}
    scripts = overseen(person).filter(schedule=schedule).order_by()
    for *place, key, attempt, done in scripts.values_list(*of, "pk", "attempt_id", "submitted_at"):
        found.append((*place[:3], _ROUNDS.index(place[3]), key * len(_Of) + _Of.SCRIPT))
        submitted[attempt] = submitted.get(attempt, 0) + (done is not None)
        if two and submitted[attempt] == len(MARKERS):
            found.append((*place[:3], _ROUNDS.index(Round.AGREED), attempt * len(_Of) + _Of.AGREED))
    rows = in_moderation(schedule).exclude(apart_from(person).fits("attempt__enrolment")).order_by()
    for *place, key in rows.values_list(*of, "pk"):
        found.append((*place[:3], _ROUNDS.index(place[3]), key * len(_Of) + _Of.MODERATION))
    return array("q", [line[-1] for line in sorted(found)])


def marks_so_far(person: Person, schedule: Schedule, keys: Sequence[int]) -> Iterator[SoFar]:
    """Yield the lines of ``keys`` in their order, as ``person`` sees them, a batch in memory at a time.

    Raises:
        LookupError: one of them is not there any more.
    """
    for start in range(0, len(keys), AT_A_TIME):
        yield from _Batch(person, schedule, keys[start : start + AT_A_TIME]).lines()


class _Batch:
    """Some lines of the file, with all marks of their attempts read once."""

    def __init__(self, person: Person, schedule: Schedule, keys: Sequence[int]) -> None:
        self.person, self.schedule, self.keys = person, schedule, keys
        self.parts = [one.id for one in paper_of(schedule.version_id, schedule.key_version_id).human_parts]
        wanted: dict[int, list[int]] = {of: [] for of in _Of}
        for key in keys:
            wanted[key % len(_Of)].append(key // len(_Of))
        beside = ("attempt__enrolment", "schedule")
        scripts = Script.objects.filter(pk__in=wanted[_Of.SCRIPT]).select_related(*beside, "marker")
        moderated = Moderation.objects.filter(pk__in=wanted[_Of.MODERATION]).select_related(
            *beside, "moderator"
        )
        attempts = Attempt.objects.filter(pk__in=wanted[_Of.AGREED]).select_related("enrolment", "schedule")
        self.scripts = {one.pk: one for one in through(person, scripts)}
        self.moderated = {one.pk: one for one in through(person, moderated)}
        self.attempts = {one.pk: one for one in through(person, attempts)}
        about = {one.attempt_id for one in self.scripts.values()} | set(self.attempts)
        about |= {one.attempt_id for one in self.moderated.values()}
        self.kept = kept_back(person, schedule, about)
        self.given = newest_marks(Mark.objects.filter(attempt__in=about))
        agreeing = agreeing_of(plan_of(schedule))
        rows = Mark.objects.filter(attempt__in=self.attempts).exclude(round__in=MODERATION)
        self.agreed = counted_marks(rows, agreeing, self.parts) if agreeing and self.attempts else {}

    def lines(self) -> Iterator[SoFar]:
        for key in self.keys:
            row, of = key // len(_Of), key % len(_Of)
            line = (self._script, self._agreed, self._moderated)[of]
            yield line(key, row)

    def _script(self, key: int, row: int) -> SoFar:
        one = self.scripts[row]
        said = submission(one, len(self.parts))
        kept = self.kept.marker(one.attempt_id, one.marker_id)
        marks = self._marks(one.attempt_id, one.round, kept=kept)
        return SoFar(
            key,
            one.ref,
            said.name,
            said.number,
            said.attempt,
            one.round,
            said.marker,
            said.status,
            marks,
            kept,
        )

    def _agreed(self, key: int, row: int) -> SoFar:
        one = self.attempts[row]
        kept = self.kept.marker(row, None)
        counted = {part: self.agreed.get((row, part), Counted(None)) for part in self.parts}
        open_ = any(mark.value is None and not mark.no_response for mark in counted.values())
        marks = {
            part: None if mark.no_response else mark.value
            for part, mark in counted.items()
            if not kept and (mark.value is not None or mark.no_response)
        }
        state = "to-agree" if open_ else "agreed"
        who = one.enrolment
        return SoFar(key, one.ref, who.name, who.number, one.number, Round.AGREED, "", state, marks, kept)

    def _moderated(self, key: int, row: int) -> SoFar:
        one = self.moderated[row]
        kept = self.kept.moderator(one.attempt_id, one.moderator_id)
        state = "moderated" if one.decision in SETTLED else "moderation" if one.ripe else "with-marker"
        who, by = one.attempt.enrolment, one.moderator.name if one.moderator else ""
        marks = self._marks(one.attempt_id, one.round, kept=kept)
        return SoFar(
            key, one.ref, who.name, who.number, one.attempt.number, one.round, by, state, marks, kept
        )

    def _marks(self, attempt: int, round_: str, *, kept: bool) -> dict[int, Fraction | None]:
        given = {} if kept else {part: self.given.get((round_, attempt, part)) for part in self.parts}
        return {
            part: None if mark.no_response else Fraction(mark.value or 0, 1000)
            for part, mark in given.items()
            if mark is not None and mark.given
        }
