"""The history of a result or a schedule, read from the audit log: who, what, when, why, before and after."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from marksheet.apps.exams.models import Attempt, Part, Schedule
from marksheet.apps.exams.queries.anonymity import Veil, veil_of
from marksheet.apps.ledger.errors import NotFound
from marksheet.apps.ledger.models import Event, Line, Side, Work
from marksheet.apps.marking.queries.moderation import notes_hidden_from
from marksheet.apps.marking.queries.plan import may_see_marks
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries import nodes_where
from marksheet.apps.release.models import Publication, Viewing
from marksheet.apps.release.queries.narrowing import Filter, narrowed
from marksheet.apps.release.queries.told_to import Reader
from marksheet.apps.results.models import Result, ResultVersion
from marksheet.apps.results.queries.finished import finished_seen_by
from marksheet.apps.results.queries.sight import result_for
from marksheet.rules.access import Verb

SIZE = 50
# Who reads the history of a whole schedule; "view published" does once it is finished.
SCHEDULE_HISTORY = (Verb.REPORT_VIEW, Verb.AUDIT_VIEW, Verb.SCHEDULE_COORDINATE, Verb.SCHEDULE_MANAGE)
# Steps on the way to a publication, which say nothing that its commit does not say.
UNSEEN = ("result.prepare", "notice.queue")
TOLD = ("reason", "left_out")
# What of a line says something of a score: before and after, and how near to a boundary it is.
EARLY = {"score", "why"}


@dataclass(frozen=True, slots=True)
class MarkChange:
    """One mark before and after: thousandths of a mark, ``nr`` for no response, None for unmarked."""

    part: str
    before: int | str | None
    after: int | str | None


@dataclass(frozen=True, slots=True)
class Handed:
    """A script that changed hands: of which round, and with whom it was and is; keys, None for nobody."""

    round: str
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened.

    Args:
        verb: what the change was opened with; ``mail`` for a message, ``result.seen`` for the candidate's first look.
        actor: the name of the person; ``system`` names a part of the system where nobody acted.
        facts: what the event says about itself; ``line`` what it says about this result.
        reason: why, in the words of whoever did it; ``emptied`` when it was erased since.
        marks: marks before and after; ``hidden_marks`` when there are some that this reader may not see yet.
        handed: the scripts of this result that changed hands; two where two markers mark.
        names: key -> name of the people that facts and line mention.
        version: the version of the result that came into force or was withdrawn here.
        shown: whether the act that brought the version into force showed it to the candidate.
        count: how many the event was about.
    """

    key: str
    at: datetime
    verb: str
    actor: str = ""
    system: str = ""
    subject: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    line: Mapping[str, Any] = field(default_factory=dict)
    line_kind: str = ""
    reason: str = ""
    left_out: str = ""
    emptied: bool = False
    marks: tuple[MarkChange, ...] = ()
    hidden_marks: bool = False
    handed: tuple[Handed, ...] = ()
    names: Mapping[int, str] = field(default_factory=dict)
    version: ResultVersion | None = None
    shown: bool = False
    attempt: int | None = None
    count: int = 0


@dataclass(frozen=True, slots=True)
class History:
    """The history of one result, oldest first."""

    row: Result
    entries: tuple[Entry, ...]
    published: bool
    attempts: int = 0


def history_for(person: Person, ref: str) -> History:
    """Return the history of the result named ``ref``, as ``person`` sees people; a constant number of statements.

    What happened to the schedule as a whole (planned, changed, activated) is in it. Marks are told to those who
    work with them; to others once they are part of the version in force, and to nobody while it is withheld.

    Raises:
        NotFound: there is no such result, it is hidden from this person, or their own.
    """
    row = result_for(person, ref)
    if row.person_id == person.pk:
        raise NotFound("There is no such result.")
    attempts = dict(
        Attempt.objects.filter(enrolment_id=row.enrolment_id).order_by("number").values_list("pk", "number")
    )
    lines = _lines_of(row, attempts)
    versions = list(ResultVersion.objects.filter(result=row))
    commits = _commits(versions)
    subject = Q(subject_kind="result", subject_id=row.pk) | Q(subject_kind="attempt", subject_id__in=attempts)
    wide = Q(schedule_id=row.schedule_id, subject_kind="schedule", line_count=0, verb=Verb.SCHEDULE_MANAGE)
    found = Event.objects.filter(subject | wide | Q(pk__in=lines) | Q(pk__in=commits))
    events = list(found.exclude(verb__in=UNSEEN).order_by("seq"))
    veil = veil_of(person, [row.schedule])
    entries = entries_of(events, lines, attempts, Reader(veil, row.schedule))
    entries = [
        replace(entry, version=version or _withdrawn(entry, versions), shown=shown)
        for entry in entries
        for version, shown in [commits.get(int(entry.key), (None, False))]
    ]
    entries = _without_early_marks(person, row, entries)
    if notes_hidden_from(person, row.schedule, row.enrolment_id):
        entries = [replace(one, reason="") if one.verb == Verb.MARK_GIVE else one for one in entries]
    entries += _messages(row, versions, veil) + _viewings(versions)
    return History(
        row, tuple(sorted(entries, key=lambda e: e.at)), row.in_force_id is not None, len(attempts)
    )


def _lines_of(row: Result, attempts: Mapping[int, int]) -> dict[int, list[Line]]:
    """Return event key -> the lines that are about this result, its enrolment or its attempts."""
    about = (
        Q(subject_kind="result", subject_id=row.pk)
        | Q(subject_kind="enrolment", subject_id=row.enrolment_id)
        | Q(subject_kind="attempt", subject_id__in=list(attempts))
    )
    found: dict[int, list[Line]] = defaultdict(list)
    for line in Line.objects.filter(about).order_by("event_id", "position"):
        found[line.event_id].append(line)
    return found


def _commits(versions: Sequence[ResultVersion]) -> dict[int, tuple[ResultVersion, bool]]:
    """Return event key -> version, and whether it was shown by that, for every publication that was committed."""
    by_publication = {version.publication_id: version for version in versions}
    done = Publication.objects.filter(pk__in=by_publication, committed_at__isnull=False)
    return {
        key: (by_publication[pk], by_publication[pk].schedule_id in shows)
        for pk, key, shows in done.values_list("pk", "event_id", "shows")
        if key
    }


def _withdrawn(entry: Entry, versions: Sequence[ResultVersion]) -> ResultVersion | None:
    key = entry.line.get("withdrawn")
    return next((version for version in versions if version.pk == key), None) if key else None


def entries_of(
    events: Sequence[Event], lines: Mapping[int, Sequence[Line]], attempts: Mapping[int, int], reader: Reader
) -> list[Entry]:
    """Turn events into entries: texts, people and parts are looked up once; marks only of ``lines``."""
    sides = _sides([event.pk for event in events])
    bodies = {event.pk: json.loads(event.body) for event in events}
    told = {
        event.pk: [
            (line.subject_kind, line.subject_id, json.loads(line.body)) for line in lines.get(event.pk, ())
        ]
        for event in events
    }
    names = reader.names(_people(events, bodies, told))
    parts = _parts(told)
    entries = []
    for event in events:
        body = bodies[event.pk]
        texts = sides.get(event.pk, {})
        merged: dict[str, Any] = {}
        marks: list[MarkChange] = []
        handed: list[Handed] = []
        # Why somebody is kept from this work is for the coordinators, on the schedule.
        hushed = bool(told[event.pk]) and "conflict" in body["facts"]
        kind, attempt = "", attempts.get(event.subject_id or 0) if event.subject_kind == "attempt" else None
        for kind, subject, said in told[event.pk]:
            marks += [MarkChange(parts.get(int(p), p), *pair) for p, pair in said.get("marks", {}).items()]
            if "allocated" in said:
                handed.append(Handed(said.get("round", ""), said.get("before"), said["allocated"]))
            merged |= {name: value for name, value in said.items() if name != "marks"}
            attempt = attempts.get(subject, attempt) if kind == "attempt" else attempt
        entries.append(
            Entry(
                key=str(event.pk),
                at=event.at,
                verb=event.verb,
                actor=names.get(event.actor_id or 0, ""),
                system=event.actor_name,
                subject=event.subject_kind,
                facts=body["facts"],
                line=merged,
                line_kind=kind,
                reason="" if hushed else texts.get("reason", ""),
                # Who was left out of a file stands there by number.
                left_out="" if reader.reads_codes else texts.get("left_out", ""),
                emptied="reason" in body["side"] and not texts.get("reason") and not hushed,
                marks=tuple(marks),
                handed=tuple(handed),
                names=names,
                attempt=attempt,
                count=event.line_count,
            )
        )
    return entries


def _sides(keys: Iterable[int]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for event_id, name, value in Side.objects.filter(event_id__in=list(keys), name__in=TOLD).values_list(
        "event_id", "name", "value"
    ):
        found[event_id][name] = value
    return found


Told = Mapping[int, Sequence[tuple[str, int, Mapping[str, Any]]]]


def _people(events: Sequence[Event], bodies: Mapping[int, Any], told: Told) -> dict[int, str]:
    wanted = {event.actor_id for event in events}
    for body in bodies.values():
        wanted |= {body["facts"].get("marker"), *_listed(body["facts"].get("people"))}
    for some in told.values():
        for _kind, _subject, said in some:
            wanted |= {said.get("marker"), said.get("allocated")}
            wanted |= {said.get("before")} if "allocated" in said else set()
            wanted |= {one.get("of") for one in _listed(said.get("why"))}
    return dict(Person.objects.filter(pk__in=[key for key in wanted if key]).values_list("pk", "name"))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _parts(told: Told) -> dict[int, str]:
    keys = {int(p) for some in told.values() for _kind, _subject, said in some for p in said.get("marks", {})}
    return dict(Part.objects.filter(pk__in=keys).values_list("pk", "label")) if keys else {}


def _without_early_marks(person: Person, row: Result, entries: list[Entry]) -> list[Entry]:
    """Take away marks and adjusted scores that are no part of a version in force, unless the reader works with them."""
    if not row.withheld_at and may_see_marks(person, row.schedule, row.enrolment_id):
        return entries
    last = max(
        (n for n, e in enumerate(entries) if e.version and e.version.pk == row.in_force_id), default=-1
    )
    shown: list[Entry] = []
    for n, entry in enumerate(entries):
        if n > last and entry.marks:
            entry = replace(entry, marks=(), hidden_marks=True)
        if n > last and entry.line.keys() & EARLY:
            entry = replace(entry, line={k: v for k, v in entry.line.items() if k not in EARLY})
        shown.append(entry)
    return shown


def _messages(row: Result, versions: Sequence[ResultVersion], veil: Veil) -> list[Entry]:
    """Return what became of the messages about this result: they are named after its versions."""
    keys = [f"mail:{notice}:{v.pk}" for v in versions for notice in ("result-available", "result-withdrawn")]
    works = Work.objects.filter(kind="mail").filter(
        Q(key__in=keys) | Q(person_id=row.person_id, payload__result=row.ref)
    )
    found = list(works.order_by("pk"))
    again = [work.event_id for work in found if ":again:" in work.key and work.event_id]
    who = dict(Event.objects.filter(pk__in=again).values_list("pk", "actor_id"))
    actors = Person.objects.filter(pk__in=[key for key in who.values() if key])
    names = veil.named(row.schedule_id, dict(actors.values_list("pk", "name")))
    sides = _sides(again)
    return [
        _message(work, names.get(who.get(work.event_id or 0) or 0, ""), sides.get(work.event_id or 0, {}))
        for work in found
    ]


def _viewings(versions: Sequence[ResultVersion]) -> list[Entry]:
    """Return when the candidate first saw each disclosure of these versions."""
    numbers = {version.pk: version.number for version in versions}
    seen = Viewing.objects.filter(disclosure__version__in=numbers).order_by("pk")
    return [
        Entry(key=f"seen-{key}", at=at, verb="result.seen", facts={"version": numbers[version]})
        for key, at, version in seen.values_list("pk", "at", "disclosure__version_id")
    ]


def _message(work: Work, actor: str, texts: Mapping[str, str]) -> Entry:
    """Return what became of one message; who sent it and why only where a person sent it again."""
    outcome = work.outcome if isinstance(work.outcome, dict) else {}
    facts = {
        "notice": work.payload.get("notice", ""),
        "state": work.state,
        "fate": outcome.get("fate", ""),
        "why": outcome.get("why", ""),
    }
    return Entry(
        key=f"mail-{work.pk}",
        at=work.finished_at or work.created_at,
        verb="mail",
        actor=actor,
        subject="mail",
        facts=facts,
        reason=texts.get("reason", ""),
    )


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """One page of a schedule's history, newest first; ``next`` is empty on the last."""

    entries: tuple[Entry, ...]
    next: str


def schedule_history_for(person: Person, ref: str, at: datetime) -> Schedule:
    """Return the schedule named ``ref`` if ``person`` may read its history.

    Raises:
        NotFound: there is none, or it is hidden from this person.
    """
    found = Schedule.objects.filter(ref=ref).select_related("unit", "node", "version__assessment").first()
    if found is not None:
        here = nodes_where(person, *SCHEDULE_HISTORY).filter(descendant_id=found.node_id)
        if here.exists() or finished_seen_by(person, at).filter(pk=found.pk).exists():
            return found
    raise NotFound("There is no such schedule.")


def schedule_history(
    person: Person, schedule: Schedule, asked: Filter, *, after: str = "", size: int = SIZE
) -> HistoryPage:
    """Return a page of what happened at a schedule that ``person`` was let into; marks are counted, not told."""
    reader = Reader(veil_of(person, [schedule]), schedule)
    events = narrowed(_events_of(schedule).exclude(verb__in=UNSEEN), asked)
    if after.isdigit():
        events = events.filter(seq__lt=int(after))
    found = list(events.order_by("-seq")[: size + 1])
    entries = [_only(schedule, entry) for entry in entries_of(found[:size], {}, {}, reader)]
    return HistoryPage(tuple(entries), str(found[size - 1].seq) if len(found) > size else "")


def _only(schedule: Schedule, entry: Entry) -> Entry:
    """Of a publication of several schedules, tell only what concerns this one."""
    counts = entry.facts.get("by_schedule")
    if not isinstance(counts, Mapping):
        return entry
    return replace(entry, facts={"committed": True, "here": counts.get(str(schedule.pk), 0)})


def _events_of(schedule: Schedule) -> QuerySet[Event]:
    """What names the schedule, and the publications that brought results of it into force."""
    publications = ResultVersion.objects.filter(schedule=schedule).values("publication_id").distinct()
    done = Publication.objects.filter(pk__in=publications, event_id__isnull=False).values("event_id")
    named = Line.objects.filter(subject_kind="schedule", subject_id=schedule.pk).values("event")
    return Event.objects.filter(Q(schedule_id=schedule.pk) | Q(pk__in=done) | Q(pk__in=named))


def who_and_what(person: Person, schedule: Schedule) -> tuple[list[tuple[str, str]], list[str]]:
    """Return who acted at a schedule (ref, name), as ``person`` reads it, and which verbs its history knows."""
    events = _events_of(schedule).exclude(verb__in=UNSEEN).order_by()
    people = Person.objects.filter(pk__in=events.values("actor_id"))
    verbs = events.values_list("verb", flat=True).distinct()
    some = people.order_by("sort_name", "id").values_list("pk", "ref", "name")[:200]
    return Reader(veil_of(person, [schedule]), schedule).pairs(some), sorted(set(verbs))
