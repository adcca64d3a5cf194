"""What a reader sees of people at schedules: names, or script codes and "Marker 1"; the one place that decides it."""

import copy
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NoReturn, TypeVar, cast

from django.db.models import Case, F, Model, Q, QuerySet, When
from django.utils.translation import gettext as _

from marksheet.apps.exams.models import Schedule
from marksheet.apps.people.models import Grant, Person, RoleVerb, UnitPath
from marksheet.apps.people.queries import nodes_where
from marksheet.apps.people.queries.names import has_in_name
from marksheet.rules.access import Verb
from marksheet.rules.anonymity import Anonymity, numbered, reads_codes, reads_numbers

HANDS = (Verb.MARK_GIVE, Verb.MARK_MODERATE)
# Schedules that hide, or hid, somebody's name from somebody.
ANONYMOUS = Q(anonymous_candidates=True) | Q(anonymous_markers=True)
T = TypeVar("T", bound=Model)


def anonymity_of(schedule: Schedule) -> Anonymity:
    """Return what a schedule hides, and whether it still does."""
    return Anonymity(
        candidates=schedule.anonymous_candidates,
        markers=schedule.anonymous_markers,
        lifted=schedule.names_lifted_at is not None,
        published=schedule.all_published,
    )


@dataclass(frozen=True, slots=True)
class Veil:
    """What one reader does not see: the schedules where candidates are codes, and where colleagues are numbers.

    Args:
        codes: keys of schedules.
        numbers: schedule -> person -> "Marker 1".
    """

    codes: frozenset[int] = frozenset()
    numbers: Mapping[int, Mapping[int, str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.codes or self.numbers)

    def colleague(self, schedule_id: int, person_id: int | None, name: str) -> str:
        """Return how a colleague is called there."""
        return self.numbers.get(schedule_id, {}).get(person_id or 0, name)

    def named(self, schedule_id: int, people: Mapping[int, str]) -> dict[int, str]:
        """Return key -> how colleagues are called there."""
        return {key: self.colleague(schedule_id, key, name) for key, name in people.items()}

    def in_order(self, column: str, *, path: str = "") -> F | Case:
        """Return what rows are sorted by where ``column`` says who somebody is: the code, where that is read.

        Args:
            path: how the row with the name is reached, with ``__`` behind it.
        """
        if not self.codes:
            return F(f"{path}{column}")
        hidden = When(**{f"{path}schedule__in": sorted(self.codes)}, then=F(f"{path}script_code"))
        return Case(hidden, default=F(f"{path}{column}"))


NOTHING_HIDDEN = Veil()


def veil_of(person: Person, schedules: Iterable[Schedule]) -> Veil:
    """Return what ``person`` does not see at these schedules; no statement where nothing is anonymous there."""
    hiding = {one.pk: one for one in schedules if anonymity_of(one).holds}
    if not hiding:
        return NOTHING_HIDDEN
    nodes = {one.node_id for one in hiding.values()}
    in_hand = set(nodes_where(person, *HANDS).filter(descendant_id__in=nodes))
    run = (
        set(nodes_where(person, Verb.SCHEDULE_COORDINATE).filter(descendant_id__in=nodes))
        if in_hand
        else set()
    )
    codes, numbers = set(), {}
    for one in hiding.values():
        what, hands = anonymity_of(one), one.node_id in in_hand
        if reads_codes(what, hands=hands):
            codes.add(one.pk)
        if reads_numbers(what, hands=hands, coordinates=one.node_id in run):
            numbers[one.pk] = {key: called for key, called in _numbers_at(one).items() if key != person.pk}
    return Veil(frozenset(codes), numbers)


def hiding() -> Q:
    """Fit schedules that hide somebody's name from somebody, now."""
    return Q(ANONYMOUS, names_lifted_at=None, all_published=False)


def veil_over(person: Person) -> Veil:
    """Return what ``person`` does not see, wherever they mark or moderate; one statement where nothing is hidden."""
    return veil_of(person, Schedule.objects.filter(hiding(), node_id__in=nodes_where(person, *HANDS)))


def reads_codes_at(person: Person, schedule: Schedule) -> bool:
    """Say whether ``person`` sees script codes instead of candidates at a schedule."""
    return schedule.pk in veil_of(person, [schedule]).codes


def by_name(person: Person, schedule: Schedule) -> str:
    """Return the column of an enrolment that candidates of a schedule are listed by, for this reader."""
    return "script_code" if reads_codes_at(person, schedule) else "sort_name"


def is_called(person: Person, schedule: Schedule, word: str, path: str = "") -> Q:
    """Fit rows of candidates with this word in the name, or this start of the number; of the code, where that is read.

    Args:
        path: how the enrolment is reached, with ``__`` behind it.
    """
    if reads_codes_at(person, schedule):
        return Q(**{f"{path}script_code__istartswith": word})
    return has_in_name(word, f"{path}sort_name") | Q(**{f"{path}number__istartswith": word})


def called_to(reader: Person, schedule: Schedule, person: Person) -> str:
    """Return how ``person``, who works at a schedule, is called to ``reader``."""
    return veil_of(reader, [schedule]).colleague(schedule.pk, person.pk, person.name)


def named(row: Any) -> str:
    """Return how a candidate is named in a line, of a row as its reader sees it: "Anna Berg (1001)", or the code."""
    return f"{row.name} ({row.number})" if row.number else str(row.name)


def through(person: Person, rows: QuerySet[T]) -> QuerySet[T]:
    """Return the same rows as ``person`` sees them: with codes for candidates, and numbers for colleagues.

    It holds for the rows and for what was read with them (``select_related``), not for ``values``; whatever the query
    is narrowed to afterwards. Such a row cannot be saved.
    """
    plain: Any = rows
    seen = Seen(model=plain.model, query=plain.query.chain(), using=plain._db, hints=plain._hints)
    seen.reader = person
    return cast("QuerySet[T]", seen)


class Seen(QuerySet[Any]):
    """Rows as one reader sees them."""

    reader: Person | None = None

    def _clone(self) -> "Seen":
        clone = super()._clone()  # type: ignore[misc]
        clone.reader = self.reader
        return cast("Seen", clone)

    def _fetch_all(self) -> None:
        fresh = self._result_cache is None
        super()._fetch_all()
        if fresh and self.reader is not None:
            cover(self.reader, self._result_cache)

    def iterator(self, chunk_size: int | None = None) -> Iterator[Any]:
        """Yield the rows in pieces, each as the reader sees it."""
        some: list[Any] = []
        for row in super().iterator(chunk_size):
            some.append(row)
            if len(some) >= (chunk_size or 1000):
                yield from cover(self.reader, some)
                some = []
        yield from cover(self.reader, some)


def cover(person: Person | None, rows: list[Any] | None) -> list[Any]:
    """Put out of sight, in rows that were read, what ``person`` does not see; return the same rows."""
    if person is None or not rows or not isinstance(rows[0], Model):
        return rows or []
    known: dict[int, Schedule] = {}
    about = [(row, key) for row in rows if (key := _schedule_of(row, known)) is not None]
    missing = {key for _row, key in about} - set(known)
    if missing:
        known |= {one.pk: one for one in Schedule.objects.filter(hiding(), pk__in=missing)}
    veil = veil_of(person, known.values())
    if veil:
        for row, key in about:
            _hide(row, key, veil, set())
    return rows


def _schedule_of(row: Any, known: dict[int, Schedule]) -> int | None:
    """Return the schedule that a row is about; one that was read with it is kept in ``known``."""
    read = row._state.fields_cache
    if isinstance(row, Schedule):
        return None
    if isinstance(one := read.get("schedule"), Schedule):
        known[one.pk] = one
    found = getattr(row, "schedule_id", None)
    if found is not None:
        return cast("int", found)
    for name in ("attempt", "enrolment", "result"):
        if read.get(name) is not None and (key := _schedule_of(read[name], known)) is not None:
            return key
    return None


def _hide(row: Any, schedule_id: int, veil: Veil, done: set[int]) -> None:
    if id(row) in done:
        return
    done.add(id(row))
    read = row._state.fields_cache
    of_candidate = schedule_id in veil.codes and hasattr(row, "script_code")
    for name, other in list(read.items()):
        if isinstance(other, Person):
            own = of_candidate and name == "person"
            called = row.script_code if own else veil.colleague(schedule_id, other.pk, "")
            read[name] = _stand_in(other, called) if called else other
        elif isinstance(other, Model) and getattr(other, "schedule_id", schedule_id) == schedule_id:
            _hide(other, schedule_id, veil, done)
    if of_candidate:
        row.name = row.sort_name = row.script_code
        row.number = ""
        # Where somebody comes from says who they are, among few.
        if "home" in read:
            read["home"] = None
        row.save = partial(_refuse_to_save, row)


def _stand_in(person: Person, called: str) -> Person:
    one = copy.copy(person)
    one._state = copy.copy(person._state)
    one.name = one.sort_name = called
    one.email = one.username = ""
    one.save = partial(_refuse_to_save, one)  # type: ignore[method-assign]
    return one


def _refuse_to_save(row: Any, *_args: Any, **_keywords: Any) -> NoReturn:
    raise TypeError(f"{row!r} was read for somebody who does not see names: it cannot be saved.")


def _numbers_at(schedule: Schedule) -> dict[int, str]:
    """Return person -> "Marker 1" or "Moderator 1" for whoever marks or moderates at a schedule, or did."""
    above = UnitPath.objects.filter(descendant_id=schedule.node_id).values("ancestor")
    held = RoleVerb.objects.filter(verb__in=[str(verb) for verb in HANDS])
    rows = Grant.objects.filter(unit__in=above, role__in=held.values("role")).order_by("pk")
    first: dict[int, tuple[int, str]] = {}
    marking: set[int] = set()
    marks = set(held.filter(verb=str(Verb.MARK_GIVE)).values_list("role", flat=True))
    for person, ref, event, role in rows.values_list("person_id", "person__ref", "given_event_id", "role_id"):
        first.setdefault(person, (event, ref))
        marking |= {person} if role in marks else set()
    found: dict[int, str] = {}
    for called, group in ((_("Marker %(n)d"), marking), (_("Moderator %(n)d"), set(first) - marking)):
        people = [(first[key][0], _chance(schedule, first[key][1]), key) for key in group]
        found |= {key: called % {"n": n} for key, n in numbered(people).items()}
    return found


def _chance(schedule: Schedule, ref: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{schedule.ref}:{ref}".encode()).digest()[:8])
