"""What a zip of candidates' files would do at a schedule; carrying it in does exactly that."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marksheet.apps.exams.models import Schedule, Standing
from marksheet.apps.exams.queries.files import Cell, HandedFile, files_at
from marksheet.apps.exams.queries.work import expected_at
from marksheet.apps.people.models import Person
from marksheet.apps.results.queries.intake import KEPT, SHOWN, Known, known_at, why_not

EnrolmentCell = tuple[int, int]
"""(enrolment key, part key)."""


@dataclass(frozen=True, slots=True)
class SentFile:
    """One file of a zip as it was read: its path, whose it is, and what it is; ``why`` where it cannot be taken.

    ``number`` and ``part`` are "" where its name does not say them.
    """

    path: str
    size: int
    number: str = ""
    part: str = ""
    file: HandedFile | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class LeftOver:
    """One file that cannot go in, and why."""

    path: str
    number: str
    size: int
    why: str


@dataclass(frozen=True, slots=True)
class Replacing:
    """One response whose files the zip would replace: what is stored, what comes, and whether it is marked."""

    number: str
    part: str
    before: str
    after: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """One candidate of whom nothing is stored and nothing comes."""

    number: str
    name: str


@dataclass(slots=True)
class FilesPlan:
    """What carrying a zip in would do; ``stored`` and ``replaced`` are what would be written.

    Args:
        files, size: of the zip, and their bytes unpacked.
        matched, candidates: how many files belong to a candidate here and can go in, and of how many people.
        kinds: how many of each kind among those.
        left_over: files that cannot go in; the first 20,000.
        fresh: enrolments whose work comes in with it.
        late: whether those are late scripts, which need a reason.
        shared: paths that have the same content though they are of several candidates.
        same: responses whose files are stored already.
        waiting: candidates without a file here and in the zip; the first 200.
    """

    files: int = 0
    size: int = 0
    matched: int = 0
    candidates: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    left_over: list[LeftOver] = field(default_factory=list)
    left_over_count: int = 0
    fresh: list[int] = field(default_factory=list)
    late: bool = False
    stored: dict[EnrolmentCell, tuple[HandedFile, ...]] = field(default_factory=dict)
    replaced: dict[EnrolmentCell, tuple[HandedFile, ...]] = field(default_factory=dict)
    replacing: list[Replacing] = field(default_factory=list)
    shared: list[tuple[str, ...]] = field(default_factory=list)
    same: int = 0
    waiting: list[Waiting] = field(default_factory=list)
    waiting_count: int = 0

    @property
    def nothing_new(self) -> bool:
        """Every file that can go in is stored already."""
        return not (self.stored or self.replaced)

    def leave(self, one: SentFile, why: str) -> None:
        """Count one file that cannot go in; keep it if there is room."""
        self.left_over_count += 1
        if len(self.left_over) < KEPT:
            self.left_over.append(LeftOver(one.path, one.number, one.size, why))


def numbers_at(person: Person, schedule: Schedule) -> set[str]:
    """Return the numbers, or codes, by which ``person`` names candidates at a schedule; they were let into it."""
    return set(expected_at(person, schedule))


def plan_files(
    person: Person, schedule: Schedule, sent: Sequence[SentFile], *, barred: Sequence[int], at: datetime
) -> FilesPlan:
    """Return what carrying a zip in would do. The caller was let into the schedule.

    Args:
        sent: every file of the zip; those of one candidate and question in their order.
        barred: people whose own work may not go in with it: who imports.
    """
    known = known_at(person, schedule, "marker-1", barred)
    stored = files_at(schedule.pk)
    plan = FilesPlan(files=len(sent), size=sum(one.size for one in sent))
    cells: dict[EnrolmentCell, list[SentFile]] = defaultdict(list)
    for one in sent:
        place = _placed(plan, known, one)
        if place is not None:
            cells[place].append(one)
    _leave_doubles(plan, cells)
    owner = {row.id: enrolment for enrolment, row in known.attempts.items()}
    _plan_cells(plan, known, cells, _by_enrolment(stored, owner))
    plan.late = bool(plan.fresh and known.attempts) and schedule.closes_at <= at
    _plan_waiting(plan, known, cells, {owner[attempt] for attempt, _part in stored if attempt in owner})
    return plan


def _by_enrolment(
    stored: dict[Cell, tuple[HandedFile, ...]], owner: dict[int, int]
) -> dict[EnrolmentCell, tuple[HandedFile, ...]]:
    return {(owner[a], part): files for (a, part), files in stored.items() if a in owner}


def _placed(plan: FilesPlan, known: Known, one: SentFile) -> EnrolmentCell | None:
    """Return where a file goes; None for one that cannot go in, which the plan then says."""
    part = known.paper.part_by_label.get(one.part)
    person = known.people.get(one.number)
    why = one.why or (why_not(known, person) if one.number else _("its name says no candidate"))
    if not why and (part is None or part.machine):
        why = _("people mark no question %(part)s here") % {"part": one.part}
    if why or person is None or part is None:
        plan.leave(one, why)
        return None
    cell = (person.id, part.id)
    if cell in known.responses and known.responses[cell] is None:
        plan.leave(one, _("“no response” is recorded for question %(part)s") % {"part": one.part})
        return None
    return cell


def _leave_doubles(plan: FilesPlan, cells: dict[EnrolmentCell, list[SentFile]]) -> None:
    """Take out a file that has the content of another of the same response; note what several candidates have."""
    paths: dict[str, dict[int, str]] = defaultdict(dict)
    for (enrolment, _part), some in cells.items():
        first: dict[str, str] = {}
        kept = []
        for one in some:
            digest = one.file.sha256 if one.file else ""
            if digest in first:
                plan.leave(one, _("it has the same content as %(other)s") % {"other": first[digest]})
                continue
            first[digest] = one.path
            paths[digest].setdefault(enrolment, one.path)
            kept.append(one)
        some[:] = kept
    plan.shared = [tuple(found.values()) for found in paths.values() if len(found) > 1][:SHOWN]


def _plan_cells(
    plan: FilesPlan,
    known: Known,
    cells: dict[EnrolmentCell, list[SentFile]],
    stored: dict[EnrolmentCell, tuple[HandedFile, ...]],
) -> None:
    fresh: dict[int, None] = {}
    for cell, some in cells.items():
        files = tuple(one.file for one in some if one.file is not None)
        plan.matched += len(files)
        plan.kinds.update(one.kind for one in files)
        before = stored.get(cell, ())
        if [one.sha256 for one in before] == [one.sha256 for one in files]:
            plan.same += 1
            continue
        if before:
            plan.replaced[cell] = files
            mark = known.marks.get(cell)
            plan.replacing.append(
                Replacing(
                    some[0].number, some[0].part, told(before), told(files), mark is not None and mark.given
                )
            )
        else:
            plan.stored[cell] = files
        if cell[0] not in known.attempts:
            fresh[cell[0]] = None
    plan.fresh = list(fresh)
    plan.candidates = len({enrolment for enrolment, _part in cells})


def _plan_waiting(
    plan: FilesPlan, known: Known, cells: dict[EnrolmentCell, list[SentFile]], arrived: set[int]
) -> None:
    here = {enrolment for enrolment, _part in cells} | arrived
    missing = [
        one
        for one in known.people.values()
        if one.id not in here and one.standing == Standing.EXPECTED and not why_not(known, one)
    ]
    plan.waiting_count = len(missing)
    plan.waiting = [Waiting(one.number, one.name) for one in missing[:SHOWN]]


def told(files: Sequence[HandedFile]) -> str:
    """Return the files of one response in a line: how many, of which kind and size, and how their digests begin."""
    words = ngettext("%(n)s file", "%(n)s files", len(files)) % {"n": len(files)}
    each = (f"{one.ending} {size_words(one.size)} {one.sha256[:12]}" for one in files[:8])
    return f"{words}: {', '.join(each)}{', …' if len(files) > 8 else ''}"


def size_words(size: int) -> str:
    """Return a size in bytes as people say it: 812 bytes, 14 KiB, 3 MiB; rounded up."""
    if size < 1024:
        return ngettext("%(n)s byte", "%(n)s bytes", size) % {"n": size}
    return f"{-(-size // 1024)} KiB" if size < 2**20 else f"{-(-size // 2**20)} MiB"
