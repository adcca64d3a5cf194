"""A schedule whose markers get seeds: two of its scripts are settled, the others are shared out."""

from datetime import timedelta

from marksheet.apps.exams.models import Schedule
from marksheet.apps.marking.models import SEED, Script
from marksheet.apps.marking.queries.plan import plan_of
from marksheet.apps.marking.queries.submissions import scripts_for
from marksheet.apps.people.models import Person
from marksheet.apps.results.actions.marks import CellSave, Settled, make_seed, save_marks, set_seeding
from tests.apps.marking.scene import human_part
from tests.apps.marking.two_markers import share, two_questions
from tests.factories import NOW, World, grant
from tests.scenery import kept


@kept
def seeded(world: World, candidates: int = 12, *, misses: int = 1, of_last: int = 1) -> Schedule:
    """Mo and Mei share the scripts; Ada settles the first two at 4 and 3, a mark off is near, more than 4 is far."""
    schedule = two_questions(world, candidates)
    for one in (world.mo, world.mei):
        grant(one, "marker", schedule.node)
    share(world, schedule)
    for script in Script.objects.filter(schedule=schedule).order_by("attempt")[:2]:
        make_seed(world.ada, schedule.ref, script.ref, settled(schedule), reason="A clear case", at=NOW)
    revision = plan_of(schedule).revision
    set_seeding(world.ada, schedule.ref, every=3, misses=misses, of_last=of_last, against=revision, at=NOW)
    return schedule


def settled(schedule: Schedule, first_part: int = 4, second_part: int = 3) -> Settled:
    """The definitive marks: whole marks of both questions."""
    given = {
        human_part(schedule, n).ref: (value * 1000, False)
        for n, value in enumerate((first_part, second_part))
    }
    return Settled(given, 1000, 4000)


def order_of(person: Person, schedule: Schedule) -> list[Script]:
    """The scripts as their marker has them."""
    return list(scripts_for(person, schedule))


def of_seed(script: Script) -> bool:
    return script.round.startswith(SEED)


def mark_script(person: Person, script: Script, *values: int, minute: int = 0) -> None:
    """Give whole marks, a part each, so many minutes after the morning began."""
    schedule = script.schedule
    cells = [
        CellSave(script.ref, human_part(schedule, n).ref, value * 1000, False, 0)
        for n, value in enumerate(values)
    ]
    save_marks(person, schedule.ref, cells, at=NOW + timedelta(minutes=minute))


def drift(person: Person, schedule: Schedule) -> list[Script]:
    """Mark in order until a seed has been far too generous, and one script more, upon which one is stopped."""
    done: list[Script] = []
    for minute, script in enumerate(order_of(person, schedule)):
        mark_script(person, script, *((5, 5) if of_seed(script) else (3, 3)), minute=minute)
        done.append(script)
        if any(map(of_seed, done[:-1])):
            return done
    raise AssertionError("There is no seed.")
