"""Where a sequence happens: two schedules, who works there, chance, and what was done so far."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, TypeVar

from marksheet.apps.exams.actions.settings import Settings
from marksheet.apps.exams.models import Enrolment, Schedule
from marksheet.apps.exams.queries.paper import PartRow, paper_of
from marksheet.apps.ledger.change import change
from marksheet.apps.marking.models import Plan, Script
from marksheet.apps.people.models import Person
from marksheet.apps.people.steps import set_membership
from marksheet.apps.results.models import Result
from tests.apps.marking.scene import hand_in
from tests.factories import (
    NOW,
    TESTER,
    World,
    a_schedule,
    a_world,
    an_assessment,
    by_hand,
    choice,
    enrolments,
    grant,
)
from tests.scenery import Rows, rows

T = TypeVar("T")
CANDIDATES = 4
# A number of her own: Mei can be enrolled as a late candidate where she marks.
MEIS_NUMBER = "1090"


@dataclass(frozen=True, slots=True)
class Act:
    """Something that somebody does: in words, and how; all of it was drawn before, so that it can be done again.

    ``at_once`` says that it is one change: cut off in between, it leaves nothing.
    """

    words: str
    do: Callable[[], object]
    at_once: bool = True


@dataclass(slots=True)
class Play:
    """One sequence: its world, chance and clock, what was done so far, and the results after it."""

    world: World
    schedules: list[Schedule]
    chance: Random
    told: list[str] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    now: datetime = NOW

    @property
    def markers(self) -> list[Person]:
        """Who may come to mark; one who was taken off tries as well."""
        return [self.world.mo, self.world.mei, self.world.eva]

    @property
    def moderators(self) -> list[Person]:
        """Who moderates; Mo does beside marking."""
        return [self.world.max, self.world.ari, self.world.mo]

    @property
    def publishers(self) -> list[Person]:
        """Who publishes."""
        return [self.world.pia, self.world.ada]

    def later(self) -> datetime:
        """A minute passes."""
        self.now += timedelta(minutes=1)
        return self.now

    def one(self, some: Sequence[T]) -> T | None:
        """One of some; None where there is none."""
        return self.chance.choice(some) if some else None

    def some(self, of: Sequence[T], most: int = 3) -> list[T]:
        """One or more of them, in their order; none where there is none."""
        if not of:
            return []
        count = self.chance.randint(1, min(most, len(of)))
        return [of[n] for n in sorted(self.chance.sample(range(len(of)), count))]

    def often(self, share: float = 0.8) -> bool:
        """Whether something that is usual happens."""
        return self.chance.random() < share

    def where(self) -> Schedule:
        """One of the schedules."""
        found = self.chance.choice(self.schedules)
        found.refresh_from_db()
        return found

    def reason(self) -> str:
        """Why; now and then nothing was typed."""
        return "So it is" if self.often(0.95) else " "


def parts_of(schedule: Schedule) -> list[PartRow]:
    """The parts that people mark."""
    return list(paper_of(schedule.version_id, schedule.key_version_id).human_parts)


def scripts_of(schedule: Schedule, **more: Any) -> list[Script]:
    """Scripts of a schedule in the order in which they were opened, whosever they are."""
    rows = Script.objects.filter(schedule=schedule, **more).select_related("attempt__enrolment", "marker")
    return list(rows.order_by("pk"))


def results_of(play: Play, **more: Any) -> list[Result]:
    """Working results of every schedule."""
    return list(Result.objects.filter(schedule__in=play.schedules, **more).order_by("pk"))


def revision_of(play: Play, schedule: Schedule) -> int:
    """The revision of the settings on the screen; now and then an older one."""
    held = Plan.objects.filter(schedule=schedule).values_list("revision", flat=True).first() or 0
    return held if play.often(0.95) else held + 1


def named(script: Script) -> str:
    """What a script is called in the story."""
    whose = script.marker.username if script.marker else "nobody"
    return f"{script.attempt.enrolment.name} ({script.round}, with {whose})"


def a_scene() -> tuple[World, list[Schedule]]:
    """Two schedules of two questions by hand and one by key, which at the second is checked by hand."""
    world = a_world()
    with change(TESTER, "demo.begin", at=NOW) as opened:
        set_membership(opened, world.mei, world.institution, number=MEIS_NUMBER)
        opened.record("person", world.mei.pk)
    made = []
    for n, checked in enumerate((False, True)):
        version = an_assessment(
            world,
            code=f"ALG-{n}",
            wanted=[by_hand("1"), by_hand("2", marks=4), choice("3")],
            options=Settings(hand_check=checked),
        )
        schedule = a_schedule(world, version=version, code=f"ALG-{n}-JUN", candidates=CANDIDATES)
        for person, role in (
            (world.eva, "marker"), (world.ari, "moderator"), (world.mo, "moderator"), (world.ada, "publisher"),
        ):  # fmt: skip
            grant(person, role, schedule.node)
        hand_in(schedule, enrolments(schedule)[:-1])
        made.append(schedule)
    return world, made


def enrolled(schedule: Schedule) -> list[Enrolment]:
    """Everybody who is enrolled, in the order in which they came."""
    return enrolments(schedule)


# What is no fact: kept for whoever typed or ticked it, or taken note of in passing.
DRAFTS = frozenset({"marking_markdraft", "release_publication", "release_publicationrow"})


def facts(held: Rows) -> Rows:
    """Everything but drafts."""
    return {table: some for table, some in held.items() if table not in DRAFTS}


__all__ = [
    "Act", "Play", "Rows", "a_scene", "enrolled", "facts", "named", "parts_of", "results_of",
    "revision_of", "rows", "scripts_of",
]  # fmt: skip
