"""What a search on the Results tab can be narrowed by: the schedules, exams, units and markers of a reader."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from marksheet.apps.exams.models import Assessment
from marksheet.apps.exams.queries.anonymity import veil_over
from marksheet.apps.people.models import Person, Unit, UnitPath
from marksheet.apps.people.queries import grants_with
from marksheet.apps.results.queries.sight import schedules_with_results_seen_by
from marksheet.rules.access import Verb

MOST = 300
Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Choices:
    """Ref and name of everything there is to choose from, each list by name and at most 300 long."""

    schedules: Pairs = field(default_factory=list)
    assessments: Pairs = field(default_factory=list)
    units: Pairs = field(default_factory=list)
    markers: Pairs = field(default_factory=list)

    @property
    def names(self) -> dict[str, str]:
        """Every ref with its name."""
        return dict(self.schedules + self.assessments + self.units + self.markers)


def schedule_codes(person: Person, refs: Sequence[str]) -> dict[str, str]:
    """Return ref -> code of those schedules among ``refs`` whose results ``person`` sees."""
    seen = schedules_with_results_seen_by(person).filter(ref__in=refs)
    return dict(seen.values_list("ref", "code"))


def choices_of(person: Person) -> Choices:
    """Return what ``person`` can narrow a search by, within the schedules seen; five statements."""
    seen = schedules_with_results_seen_by(person)
    assessments = Assessment.objects.filter(pk__in=seen.values("version__assessment"))
    above = UnitPath.objects.filter(descendant__in=seen.values("unit")).values("ancestor")
    # Where colleagues are numbers, nobody is chosen by name.
    named = seen.exclude(pk__in=veil_over(person).numbers)
    markers = grants_with(Verb.MARK_GIVE).filter(unit__in=named.values("node")).values("person")
    return Choices(
        schedules=[
            (ref, f"{title} · {code}")
            for ref, title, code in seen.order_by("-opens_at", "-id").values_list("ref", "title", "code")[
                :MOST
            ]
        ],
        assessments=[
            (ref, f"{title} · {code}")
            for ref, title, code in assessments.order_by("title", "id").values_list("ref", "title", "code")[
                :MOST
            ]
        ],
        units=list(
            Unit.objects.filter(pk__in=above).order_by("name", "id").values_list("ref", "name")[:MOST]
        ),
        markers=list(
            Person.objects.filter(pk__in=markers)
            .order_by("sort_name", "id")
            .values_list("ref", "name")[:MOST]
        ),
    )
