"""How people are called to whoever reads a history."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from marksheet.apps.exams.models import Enrolment, Schedule
from marksheet.apps.exams.queries.anonymity import NOTHING_HIDDEN, Veil


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a history: what they do not see at its schedule; None where nothing is hidden."""

    veil: Veil = NOTHING_HIDDEN
    schedule: Schedule | None = None

    @property
    def reads_codes(self) -> bool:
        """Whether candidates are codes to them."""
        return self.schedule is not None and self.schedule.pk in self.veil.codes

    def names(self, names: Mapping[int, str]) -> dict[int, str]:
        """Return key -> how people are called here: candidates by their codes, colleagues by numbers."""
        if self.schedule is None:
            return dict(names)
        found = self.veil.named(self.schedule.pk, names)
        if self.reads_codes:
            here = Enrolment.objects.filter(schedule=self.schedule, person__in=names)
            found |= dict(here.values_list("person_id", "script_code"))
        return found

    def pairs(self, people: Iterable[tuple[int, str, str]]) -> list[tuple[str, str]]:
        """Return (ref, how they are called) of people (key, ref, name) by name; by that where it is another."""
        rows = list(people)
        names = {key: name for key, _ref, name in rows}
        called = self.names(names)
        found = [(ref, called[key]) for key, ref, _name in rows]
        return found if called == names else sorted(found, key=lambda one: one[1])
