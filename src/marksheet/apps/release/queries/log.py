"""The audit log as those who may read it see it: whatever happened in their units, newest first, no result told."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from django.db.models import Exists, OuterRef, Q, QuerySet

from marksheet.apps.exams.models import Assessment, Attempt, Schedule
from marksheet.apps.exams.queries.anonymity import hiding, veil_of
from marksheet.apps.exams.queries.assessments import assessments_seen_by
from marksheet.apps.ledger.models import Event, Line
from marksheet.apps.people.models import Membership, NodeKind, Person, Role, Unit, UnitPath
from marksheet.apps.people.queries import holds_somewhere, nodes_where, units_where
from marksheet.apps.people.queries.directory import institutions_where, people_seen_by
from marksheet.apps.release.models import Publication
from marksheet.apps.release.queries.history import Entry, entries_of
from marksheet.apps.release.queries.narrowing import Filter, narrowed
from marksheet.apps.release.queries.receipts import publications_seen_by
from marksheet.apps.release.queries.told_to import Reader
from marksheet.apps.results.models import Result, ResultVersion
from marksheet.apps.results.queries.sight import published_seen_by, results_seen_by
from marksheet.rules.access import Verb

SIZE = 50
MOST = 50_000
MOST_PEOPLE = 300
# What happens to people and the machinery belongs to an institution, by who acted or whom it happened to.
HOUSE = ("person", "role", "work", "log")
OF_RESULTS = ("result", "attempt")
NOBODY_HIDDEN = Reader()


@dataclass(frozen=True, slots=True)
class LogFilter:
    """What of the log is asked for; empty means everything. ``unit`` and everything below it."""

    of: Filter = field(default_factory=Filter)
    unit: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """What an entry is about: its kind, its name where this reader may know it, its ref where they may open it."""

    kind: str
    name: str = ""
    ref: str = ""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One entry of the log: what happened, at which schedule, to what."""

    number: int
    entry: Entry
    by_candidate: bool = False
    schedule: About | None = None
    about: About | None = None


@dataclass(frozen=True, slots=True)
class LogPage:
    """One page of the log, newest first; ``next`` is empty on the last."""

    entries: tuple[LogEntry, ...]
    next: str


def events_seen_by(person: Person, asked: LogFilter | None = None) -> QuerySet[Event]:
    """Return the events of the units at which ``person`` reads the audit log, in no order.

    A schedule's events belong to its unit, as do those of publications and files that name it. Who reads at an
    institution reads what happened to its people, too; who reads at every one reads everything. Nothing that happened
    to a result of the reader's own is among them.
    """
    asked = asked or LogFilter()
    nodes = nodes_where(person, Verb.AUDIT_VIEW)
    if asked.unit:
        below = UnitPath.objects.filter(ancestor__ref=asked.unit).values("descendant")
        nodes = nodes.filter(descendant_id__in=below)
    if _reads_everything(person) and not asked.unit:
        seen = Event.objects.all()
    else:
        seen = Event.objects.filter(_at(nodes))
    return narrowed(seen, asked.of).exclude(_own(person))


def _reads_everything(person: Person) -> bool:
    held = institutions_where(person, Verb.AUDIT_VIEW).values("pk")
    return not Unit.objects.filter(kind=NodeKind.INSTITUTION).exclude(pk__in=held).exists()


def _at(nodes: QuerySet[UnitPath, int]) -> Q:
    schedules = Schedule.objects.filter(node_id__in=nodes)
    versions = ResultVersion.objects.filter(publication_id=OuterRef("pk"), schedule__in=schedules)
    committed = Publication.objects.filter(Exists(versions), event_id__isnull=False)
    named = Line.objects.filter(
        event=OuterRef("pk"), subject_kind="schedule", subject_id__in=schedules.values("pk")
    )
    here = (
        Q(schedule_id__in=schedules.values("pk")) | Q(pk__in=committed.values("event_id")) | Q(Exists(named))
    )
    here |= Q(subject_kind="unit", subject_id__in=nodes)
    exams = Assessment.objects.filter(unit_id__in=nodes)
    here |= Q(subject_kind="assessment", subject_id__in=exams.values("pk"))
    members = Membership.objects.filter(institution_id__in=nodes).values("person")
    about = Q(subject_kind="person", subject_id__in=members) | Q(actor_id__in=members)
    return here | (Q(schedule_id=None, subject_kind__in=HOUSE) & about)


def _own(person: Person) -> Q:
    """Fit what happened to a result of the reader's own."""
    rows = Result.objects.filter(person=person).values("pk")
    attempts = Attempt.objects.filter(enrolment__person=person).values("pk")
    alone = Line.objects.filter(event=OuterRef("pk"), event__line_count=1).filter(
        Q(subject_kind="result", subject_id__in=rows) | Q(subject_kind="attempt", subject_id__in=attempts)
    )
    return (
        Q(subject_kind="result", subject_id__in=rows)
        | Q(subject_kind="attempt", subject_id__in=attempts)
        | Q(Exists(alone))
    )


def log_page(person: Person, asked: LogFilter, *, after: str = "", size: int = SIZE) -> LogPage:
    """Return a page of the log, newest first; a constant number of statements."""
    events = events_seen_by(person, asked)
    if after:
        events = events.filter(seq__lt=int(after))
    found = list(events.order_by("-seq")[: size + 1])
    more = str(found[size - 1].seq) if len(found) > size else ""
    return LogPage(tuple(_told(person, found[:size])), more)


def log_lines(person: Person, asked: LogFilter, *, upto: int, most: int = MOST) -> Iterator[LogEntry]:
    """Yield up to ``most`` entries from number ``upto`` down, newest first, a few hundred in memory at a time."""
    after, left = str(upto + 1), most
    while left > 0:
        page = log_page(person, asked, after=after, size=min(500, left))
        yield from page.entries
        after, left = page.next, left - len(page.entries)
        if not after:
            return


def people_in_log(person: Person) -> list[tuple[str, str]]:
    """Return the staff who acted in what ``person`` reads (ref, name), for the filter."""
    roots = institutions_where(person, Verb.AUDIT_VIEW).values("pk")
    acted = Event.objects.filter(actor_id=OuterRef("pk"))
    staff = Person.objects.filter(Exists(acted), is_staff_member=True)
    if not _reads_everything(person):
        at_home = Membership.objects.filter(
            Q(institution__in=roots) | Q(institution__in=_roots_above(person)), person=OuterRef("pk")
        )
        staff = staff.filter(Exists(at_home))
    return list(staff.order_by("sort_name", "id").values_list("ref", "name")[:MOST_PEOPLE])


def _roots_above(person: Person) -> QuerySet[Unit, int | None]:
    """Return the institutions in which ``person`` reads the log of some unit."""
    found = Unit.objects.filter(pk__in=nodes_where(person, Verb.AUDIT_VIEW))
    return found.values_list("institution", flat=True)


def units_in_log(person: Person) -> list[tuple[str, str]]:
    """Return the units whose log ``person`` reads (ref, name), for the filter."""
    return list(units_where(person, Verb.AUDIT_VIEW).values_list("ref", "name")[:MOST_PEOPLE])


def _told(person: Person, events: Sequence[Event]) -> Iterator[LogEntry]:
    """Yield events with what they are about: names of candidates for who looks after people, links for who may go."""
    keys = _keys(events)
    schedules = Schedule.objects.in_bulk({one.schedule_id for one in events if one.schedule_id})
    about = _abouts(person, keys)
    hidden = _candidates_hidden(person, {one.actor_id for one in events if one.actor_id})
    marks = holds_somewhere(person, Verb.MARK_GIVE, Verb.MARK_MODERATE)
    entries = _entries(person, events)
    counted = None if _reads_everything(person) else _counted(person, entries)
    for event, entry in zip(events, entries, strict=True):
        # Names of candidates stand in what was left out, and markers of a schedule leave notes to each other.
        entry = replace(
            entry, left_out="", reason="" if marks and event.verb == Verb.MARK_GIVE else entry.reason
        )
        by_candidate = event.actor_id in hidden
        if by_candidate:
            entry = replace(entry, actor="")
        if counted is not None:
            entry = _only(entry, counted)
        at = schedules.get(event.schedule_id or 0)
        yield LogEntry(
            event.seq,
            entry,
            by_candidate,
            About("schedule", f"{at.title} · {at.code}", at.ref) if at else None,
            about.get((event.subject_kind, event.subject_id or 0)),
        )


def _entries(person: Person, events: Sequence[Event]) -> list[Entry]:
    """Return events as entries; those of schedules that hide names from this reader without the names."""
    some = Schedule.objects.filter(hiding(), pk__in={one.schedule_id for one in events if one.schedule_id})
    schedules = {one.pk: one for one in some}
    veil = veil_of(person, schedules.values())
    veiled = {
        key: Reader(veil, one) for key, one in schedules.items() if key in veil.codes or key in veil.numbers
    }
    by_schedule: dict[int, list[Event]] = defaultdict(list)
    for one in events:
        by_schedule[one.schedule_id if one.schedule_id and one.schedule_id in veiled else 0].append(one)
    found = {
        entry.key: entry
        for key, own in by_schedule.items()
        for entry in entries_of(own, {}, {}, veiled.get(key, NOBODY_HIDDEN))
    }
    return [found[str(one.pk)] for one in events]


def _counted(person: Person, entries: Sequence[Entry]) -> frozenset[str]:
    """Return the keys of those schedules of these publications whose log the reader reads."""
    keys = {int(key) for entry in entries for key in entry.facts.get("by_schedule", ())}
    here = Schedule.objects.filter(pk__in=keys, node_id__in=nodes_where(person, Verb.AUDIT_VIEW))
    return frozenset(map(str, here.values_list("pk", flat=True))) if keys else frozenset()


def _only(entry: Entry, schedules: frozenset[str]) -> Entry:
    """Of a publication of several schedules, count only what was published where the reader reads the log."""
    counts = entry.facts.get("by_schedule")
    if not isinstance(counts, dict):
        return entry
    n = sum(count for key, count in counts.items() if key in schedules)
    return replace(entry, facts={"committed": True, "here": n})


def _keys(events: Sequence[Event]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for event in events:
        if event.subject_id:
            found.setdefault(event.subject_kind, set()).add(event.subject_id)
    return found


def _candidates_hidden(person: Person, actors: set[int]) -> set[int]:
    """Return those of ``actors`` who are candidates whom this reader does not look after: they act unnamed."""
    found = Person.objects.filter(pk__in=actors, is_staff_member=False).exclude(
        pk__in=people_seen_by(person).order_by().values("pk")
    )
    return set(found.values_list("pk", flat=True))


def _abouts(person: Person, keys: dict[str, set[int]]) -> dict[tuple[str, int], About]:
    """Return what each subject is called and where it is looked at, as far as this reader may know."""
    found: dict[tuple[str, int], About] = {}
    for kind, wanted in keys.items():
        found |= {(kind, key): about for key, about in _of_kind(person, kind, wanted)}
    return found


def _of_kind(person: Person, kind: str, keys: set[int]) -> Iterator[tuple[int, About]]:
    match kind:
        case "unit":
            for unit in Unit.objects.filter(pk__in=keys):
                yield unit.pk, About(kind, unit.name)
        case "role":
            for role in Role.objects.filter(pk__in=keys):
                yield role.pk, About(kind, role.name)
        case "assessment":
            open_to = set(assessments_seen_by(person).filter(pk__in=keys).values_list("pk", flat=True))
            for exam in Assessment.objects.filter(pk__in=keys):
                ref = exam.ref if exam.pk in open_to else ""
                yield exam.pk, About(kind, f"{exam.title} · {exam.code}", ref)
        case "person":
            looked_after = set(people_seen_by(person).filter(pk__in=keys).values_list("pk", flat=True))
            for one in Person.objects.filter(pk__in=keys):
                known = one.is_staff_member or one.pk in looked_after
                ref = one.ref if one.pk in looked_after else ""
                yield one.pk, About(kind, one.name if known else "", ref)
        case "publication":
            seen = publications_seen_by(person).filter(pk__in=keys)
            for key, ref in seen.values_list("pk", "ref"):
                yield key, About(kind, "", ref)
        case "result" | "attempt":
            yield from _results(person, kind, keys)


def _results(person: Person, kind: str, keys: set[int]) -> Iterator[tuple[int, About]]:
    """Yield results without a name: the page of one, where it may be looked at, says whose it is."""
    enrolments: dict[int, list[int]] = {}
    if kind == "attempt":
        for key, enrolment in Attempt.objects.filter(pk__in=keys).values_list("pk", "enrolment_id"):
            enrolments.setdefault(enrolment, []).append(key)
        wanted = Q(enrolment_id__in=enrolments)
    else:
        wanted = Q(pk__in=keys)
    seen = dict(results_seen_by(person).filter(wanted).values_list("pk", "ref"))
    seen |= dict(published_seen_by(person).filter(wanted).values_list("pk", "ref"))
    for pk, enrolment in Result.objects.filter(wanted).values_list("pk", "enrolment_id"):
        for key in enrolments.get(enrolment, []) if kind == "attempt" else [pk]:
            yield key, About("result", "", seen.get(pk, ""))
