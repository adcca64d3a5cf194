"""The scripts that a moderator looks at: why each is there, what was given, and what stands."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from django.db.models import Exists, OuterRef, Q, QuerySet

from marksheet.apps.exams.models import AttemptState, Schedule
from marksheet.apps.exams.queries.anonymity import Veil, is_called, through, veil_of
from marksheet.apps.exams.queries.paper import PartRow, paper_of
from marksheet.apps.exams.queries.schemes import steps_of
from marksheet.apps.ledger.errors import NotFound
from marksheet.apps.ledger.models import Side
from marksheet.apps.marking.models import MARKERS, MODERATION, Flag, Mark, Round, Script
from marksheet.apps.marking.queries.counting import Counted, counted_marks
from marksheet.apps.marking.queries.grid import shown_mark
from marksheet.apps.marking.queries.hands import handed_in
from marksheet.apps.marking.queries.moderation import (
    SETTLED,
    WAITING,
    Moderation,
    moderated_by,
    rounds_in_force,
)
from marksheet.apps.marking.queries.plan import agreeing_of, plan_of
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries import nodes_where
from marksheet.apps.results.models import Bucket, Result
from marksheet.rules.access import Verb
from marksheet.rules.schemes import FINEST

PAGE = 50
BESIDE = ("attempt__enrolment", "moderator", "schedule")
FILTERS = {
    "": WAITING,
    "back": ~WAITING & ~Q(decision__in=SETTLED),
    "decided": Q(decision__in=SETTLED),
    "all": Q(),
}


@dataclass(frozen=True, slots=True)
class ModeratedRow:
    """One script in one round of moderation, as the list shows it.

    Args:
        number: of the round, from 1.
        reasons: why it is there, as stored; ``names`` says who the markers of samples are.
        totals: each marker's name, and what they gave in all of what people mark, in marks.
        stands: what counts of that now; None while something waits. ``maximum`` is what it is out of.
    """

    row: Moderation
    number: int
    totals: tuple[tuple[str, Fraction], ...]
    stands: Fraction | None
    maximum: Fraction


def moderation_list(
    person: Person,
    schedule: Schedule,
    *,
    status: str = "",
    search: str = "",
    after: str = "",
    size: int = PAGE,
) -> tuple[list[ModeratedRow], str]:
    """Return a page of the scripts that ``person`` moderates at a schedule, and the ref to go on from ("" at the end).

    Args:
        status: a key of ``FILTERS``; "" for what waits.
        search: words in the name, or the start of a candidate number.
        after: the ref of the last row of the page before.
    """
    rows = moderated_by(person).filter(FILTERS.get(status, WAITING), schedule=schedule)
    for word in search.split()[:6]:
        rows = rows.filter(is_called(person, schedule, word, "attempt__enrolment__"))
    last = Moderation.objects.filter(ref=after).first() if after else None
    if last is not None:
        rows = rows.filter(Q(round__gt=last.round) | Q(round=last.round, pk__gt=last.pk))
    found = list(_as_read(person, rows)[: size + 1])
    following = found[size - 1].ref if len(found) > size else ""
    return _described(person, schedule, found[:size]), following


def _as_read(person: Person, rows: QuerySet[Moderation]) -> QuerySet[Moderation]:
    """Return scripts in moderation in their order, as ``person`` sees them."""
    return through(person, rows.select_related(*BESIDE).order_by("round", "pk"))


def moderated_named(person: Person, schedule: Schedule, refs: Sequence[str]) -> list[ModeratedRow]:
    """Return these of the scripts that wait for ``person`` to moderate; what is not there is left out."""
    rows = moderated_by(person).filter(WAITING, schedule=schedule, ref__in=list(refs))
    return _described(person, schedule, list(_as_read(person, rows)))


def sampled_names(person: Person, schedule: Schedule, rows: Iterable[Moderation]) -> dict[int, str]:
    """Return key -> name of the markers whose samples these scripts are in, as ``person`` sees them."""
    keys = {one["of"] for row in rows for one in row.reasons if one["of"]}
    if not keys:
        return {}
    names = dict(Person.objects.filter(pk__in=keys).values_list("pk", "name"))
    return veil_of(person, [schedule]).named(schedule.pk, names)


def _described(person: Person, schedule: Schedule, rows: Sequence[Moderation]) -> list[ModeratedRow]:
    paper = paper_of(schedule.version_id, schedule.key_version_id)
    attempts = [row.attempt_id for row in rows]
    given, counted = _given(attempts), _counted(schedule, attempts)
    names = _markers(person, schedule, attempts)
    maximum = Fraction(sum(part.maximum_thousandths for part in paper.human_parts), 1000)
    found = []
    for row in rows:
        totals: dict[str, Fraction] = {}
        for part in paper.human_parts:
            for round_, mark in given.get((row.attempt_id, part.id), {}).items():
                if round_ in MARKERS:
                    value = Fraction(mark.value_thousandths or 0, 1000)
                    totals[round_] = totals.get(round_, Fraction(0)) + value
        parts = [counted.get((row.attempt_id, part.id)) for part in paper.human_parts]
        values = [one.value for one in parts if one is not None and one.value is not None]
        told = tuple((names.get((row.attempt_id, one), ""), totals[one]) for one in sorted(totals))
        stands = sum(values, Fraction(0)) if len(values) == len(parts) else None
        found.append(ModeratedRow(row, number_of(row.round), told, stands, maximum))
    return found


def number_of(round_: str) -> int:
    """Return which round of moderation a word is, from 1."""
    return [one.value for one in MODERATION].index(round_) + 1


def _given(attempts: Sequence[int]) -> dict[tuple[int, int], dict[str, Mark]]:
    """Return cell -> round -> the newest mark; of what two proposed to agree on, the newest."""
    found: dict[tuple[int, int], dict[str, Mark]] = defaultdict(dict)
    for mark in Mark.objects.filter(attempt__in=attempts).select_related("marker").order_by("id"):
        found[mark.attempt_id, mark.part_id][mark.round] = mark
    return found


def _counted(schedule: Schedule, attempts: Sequence[int]) -> dict[tuple[int, int], Counted]:
    human = [part.id for part in paper_of(schedule.version_id, schedule.key_version_id).human_parts]
    marks = Mark.objects.filter(attempt__in=attempts)
    return counted_marks(marks, agreeing_of(plan_of(schedule)), human)


def _markers(person: Person, schedule: Schedule, attempts: Sequence[int]) -> dict[tuple[int, str], str]:
    veil = veil_of(person, [schedule])
    rows = Script.objects.filter(attempt__in=attempts, round__in=MARKERS, marker__isnull=False)
    return {
        (attempt, round_): veil.colleague(schedule.pk, key, name)
        for attempt, round_, key, name in rows.values_list("attempt_id", "round", "marker_id", "marker__name")
    }


@dataclass(frozen=True, slots=True)
class ModeratedPart:
    """One part of a script in moderation.

    Args:
        given: round -> the mark as the sheet shows it.
        stands: what counts, in marks; None while two marks wait for a moderator's. ``typed`` is the same as a person
            would type it, "" where no number that a person could give stands.
    """

    part: PartRow
    title: str
    step: int
    given: Mapping[str, str]
    stands: Fraction | None
    typed: str


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody wrote about a script, when, and in which round."""

    by: str
    text: str
    at: datetime
    round: str


@dataclass(frozen=True, slots=True)
class ModeratedScript:
    """A script in moderation, with all that was given.

    Args:
        rounds: every round in which marks stand, with the name of who gave them, in their order.
        markers: ref -> name of those who can be asked again.
        notes_hidden: markers' notes are kept from the moderator until the decision.
        mine: this reader may still decide: nobody has, or they did.
    """

    row: Moderation
    number: int
    parts: tuple[ModeratedPart, ...]
    rounds: tuple[tuple[str, str], ...]
    markers: Mapping[str, str]
    notes: tuple[Note, ...] = ()
    notes_hidden: bool = False
    mine: bool = True
    following: str = ""


def moderated_script(person: Person, schedule: Schedule, ref: str) -> ModeratedScript:
    """Return one script in moderation at a schedule, if it is for ``person`` to look at.

    Raises:
        NotFound: there is none, or it is not for this person.
    """
    rows = moderated_by(person).filter(schedule=schedule)
    row = _as_read(person, rows.filter(ref=ref)).first()
    if row is None:
        raise NotFound("There is no such script in moderation.")
    paper = paper_of(schedule.version_id, schedule.key_version_id)
    given, counted = _given([row.attempt_id]), _counted(schedule, [row.attempt_id])
    steps = steps_of([part.id for part in paper.human_parts])
    rounds = rounds_in_force(plan_of(schedule))
    number = number_of(row.round)
    hidden = not row.decision and number <= len(rounds) and not rounds[number - 1].notes
    marks = [mark for part in paper.human_parts for mark in given.get((row.attempt_id, part.id), {}).values()]
    following = (
        rows.filter(WAITING, round=row.round, pk__gt=row.pk)
        .order_by("pk")
        .values_list("ref", flat=True)
        .first()
    )
    scripts = Script.objects.filter(attempt=row.attempt_id, round__in=MARKERS, marker__isnull=False)
    veil = veil_of(person, [schedule])
    asked = scripts.order_by("round").values_list("marker__ref", "marker_id", "marker__name")
    return ModeratedScript(
        row=row,
        number=number,
        parts=tuple(
            _part(part, paper.items[part.item_index].title, steps, given, counted, row.attempt_id)
            for part in paper.human_parts
        ),
        rounds=_rounds(marks, veil, schedule),
        markers={one: veil.colleague(schedule.pk, key, name) for one, key, name in asked},
        notes=_notes(person, row, hidden=hidden),
        notes_hidden=hidden,
        mine=row.ripe and (not row.decision or row.moderator_id == person.pk),
        following=following or "",
    )


def _part(
    part: PartRow,
    title: str,
    steps: Mapping[int, int],
    given: Mapping[tuple[int, int], Mapping[str, Mark]],
    counted: Mapping[tuple[int, int], Counted],
    attempt: int,
) -> ModeratedPart:
    one = counted.get((attempt, part.id))
    stands = one.value if one is not None else None
    typed = ""
    if one is not None and one.no_response:
        typed = "nr"
    elif stands is not None and (stands * 1000).denominator == 1:
        typed = shown_mark(int(stands * 1000), False)
    marks = given.get((attempt, part.id), {})
    told = {round_: shown_mark(mark.value_thousandths, mark.no_response) for round_, mark in marks.items()}
    return ModeratedPart(part, title, steps.get(part.id, FINEST), told, stands, typed)


def _rounds(marks: Sequence[Mark], veil: Veil, schedule: Schedule) -> tuple[tuple[str, str], ...]:
    """Return the rounds in which marks stand, with who gave them; two who agreed are no one's."""
    who: dict[str, str] = {}
    for mark in marks:
        if mark.value_thousandths is not None or mark.no_response:
            called = veil.colleague(schedule.pk, mark.marker_id, mark.marker.name)
            who[mark.round] = "" if mark.round == Round.AGREED else called
    order = [one.value for one in Round]
    return tuple((one, who[one]) for one in order if one in who)


def _notes(person: Person, row: Moderation, *, hidden: bool) -> tuple[Note, ...]:
    """Return what was written about a script: by markers who agreed or flagged it, unless hidden, and by moderators."""
    proposals = Mark.objects.filter(attempt=row.attempt_id, round=Round.AGREED)
    proposals = through(person, proposals.select_related("marker", "attempt__schedule"))
    events: dict[int, tuple[str, datetime, str]] = {}
    if not hidden:
        events |= {one.event_id: (one.marker.name, one.at, one.round) for one in proposals}
    others = through(
        person,
        Moderation.objects.filter(attempt=row.attempt_id, moderator__isnull=False).select_related(
            "moderator", "schedule"
        ),
    )
    events |= {
        one.event_id: (one.moderator.name if one.moderator else "", one.at, one.round) for one in others
    }
    sides = Side.objects.filter(event_id__in=events, name="reason").exclude(value="")
    found = [
        Note(events[key][0], text, *events[key][1:]) for key, text in sides.values_list("event_id", "value")
    ]
    if not hidden:
        flags = Flag.objects.filter(attempt=row.attempt_id)
        flags = through(person, flags.select_related("person", "settled_by", "attempt__schedule"))
        found += [note for flag in flags for note in _said_of(flag)]
    return tuple(sorted(found, key=lambda one: one.at))


def _said_of(flag: Flag) -> Iterator[Note]:
    yield Note(flag.person.name, flag.reason, flag.raised_at, flag.round)
    if flag.settled_at is not None and flag.settled_by is not None:
        yield Note(flag.settled_by.name, flag.answer, flag.settled_at, flag.round)


def samples_to_decide_at(person: Person) -> Q:
    """Fit the schedules where all is submitted and looked at, and ``person`` can decide on a sample of others."""
    here = {"schedule": OuterRef("pk")}
    others = (
        handed_in()
        .filter(attempt__enrolment=OuterRef("enrolment"), marker__isnull=False)
        .exclude(marker=person)
    )
    open_ = Result.objects.filter(**here, bucket=Bucket.MODERATION, missing__icontains='"sample_open"')
    moderates = Q(node__in=nodes_where(person, Verb.MARK_MODERATE))
    unmarked = handed_in().filter(**here, submitted_at=None)
    unseen = Moderation.objects.filter(**here, attempt__state=AttemptState.HANDED_IN).exclude(
        decision__in=SETTLED
    )
    return moderates & Q(Exists(open_.filter(Exists(others)))) & ~Exists(unmarked) & ~Exists(unseen)
