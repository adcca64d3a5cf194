"""Tell coordinators when a Publish right falls asleep, whatever took its holder's sight away."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from marksheet.apps.ledger.change import Change
from marksheet.apps.people.models import Person, Unit
from marksheet.apps.people.queries import people_with
from marksheet.apps.people.queries.sight import asleep
from marksheet.apps.people.steps import tell
from marksheet.rules.access import Verb


@contextmanager
def watching_sight(open_change: Change, people: Collection[int]) -> Iterator[None]:
    """Tell the coordinators of each Publish right of ``people`` that falls asleep in between.

    Wrap it around whatever ends grants, changes roles or moves units, inside the open change.
    """
    before = asleep(people)
    yield
    for person_id, node_id in sorted(asleep(people) - before):
        _tell(open_change, Person.objects.get(pk=person_id), Unit.objects.get(pk=node_id))


def _tell(open_change: Change, publisher: Person, node: Unit) -> None:
    coordinators = people_with(Verb.SCHEDULE_COORDINATE, node.pk).exclude(pk=publisher.pk)
    tell(
        open_change,
        coordinators,
        "publish-right-sleeps",
        path=f"/marking/coordinator/{node.ref}/people/",
        person=publisher.name,
        schedule=node.name,
    )
