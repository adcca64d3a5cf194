"""An exam of texts with a scheme of criteria, handed in and ready for the marking screen."""

from dataclasses import dataclass

from marksheet.apps.exams.actions.schemes import write_scheme
from marksheet.apps.exams.models import Attempt, Part, Schedule
from marksheet.apps.exams.queries.paper import PartRow
from marksheet.apps.exams.steps.work import store_responses
from marksheet.apps.ledger.change import change
from marksheet.apps.results.actions.marks import PanelSave
from marksheet.rules.judging import Chosen
from marksheet.rules.schemes import Criterion, Level, Scheme
from tests.apps.marking.scene import hand_in, human_part, script_of
from tests.factories import NOW, TESTER, World, a_schedule, a_world, an_assessment, by_hand
from tests.scenery import kept

TEXT = "First line, it’s here.\n\n  Second – naïve 🦉 line."


@dataclass(frozen=True, slots=True)
class Essay:
    """The exam: part 1 has criteria worth 10 in half marks, part 2 a free number up to 5."""

    world: World
    schedule: Schedule
    attempts: tuple[Attempt, ...]
    part: PartRow
    free: PartRow

    def script(self, n: int = 0) -> str:
        """Return the name of the n-th candidate's script."""
        return script_of(self.attempts[n]).ref

    def save(self, n: int = 0, *levels: int | None, **more: object) -> PanelSave:
        """Return a save of part 1 with these levels."""
        facts = {"scheme": 1, "mark_against": 0, "said_against": 0, "chosen": Chosen(levels=levels)} | more
        return PanelSave(self.script(n), self.part.ref, **facts)  # type: ignore[arg-type]


def a_scheme(guidance: str = "Issue, law, remedy.") -> Scheme:
    """Two criteria, 4 and 6 marks, and a model answer."""
    issues = tuple(
        Level(n * 1000, word) for n, word in enumerate(("none", "one", "most", "nearly all", "all"))
    )
    law = tuple(Level(points, f"worth {points}") for points in (0, 1500, 3000, 6000))
    return Scheme(guidance, "A model.", 500, (Criterion("Issues", issues), Criterion("Law", law)))


@kept
def an_essay(candidates: int = 3) -> Essay:
    """Texts of every candidate to both parts; the last one answered nothing to the first."""
    world = a_world()
    version = an_assessment(world, code="ESS", wanted=[by_hand("1", marks=10), by_hand("2", marks=5)])
    schedule = a_schedule(world, version=version, candidates=candidates, code="ESS-JUN")
    attempts = hand_in(schedule)
    with change(TESTER, "work.import", at=NOW) as opened:
        rows = []
        for n, attempt in enumerate(attempts):
            blank = n == candidates - 1
            rows.append((attempt.pk, human_part(schedule).id, None if blank else f"{TEXT} {n}"))
            rows.append((attempt.pk, human_part(schedule, 1).id, f"Short {n}"))
        store_responses(opened, schedule, rows)
        opened.record("schedule", schedule.pk, schedule_id=schedule.pk)
    write_scheme(world.ada, Part.objects.get(version=version, label="1").ref, a_scheme(), against=0, at=NOW)
    return Essay(world, schedule, tuple(attempts), human_part(schedule), human_part(schedule, 1))
