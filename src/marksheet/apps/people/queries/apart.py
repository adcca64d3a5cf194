"""Whose work somebody never has in hand: their own, and that of whom a conflict of interest keeps them from."""

from dataclasses import dataclass

from django.db.models import Q

from marksheet.apps.people.models import Conflict, Person, UnitPath


@dataclass(frozen=True, slots=True)
class Apart:
    """Candidates, themselves among them, and homes whose work a person never has in hand; keys."""

    candidates: frozenset[int]
    homes: frozenset[int] = frozenset()

    def keeps_from(self, candidate_id: int, home_id: int | None) -> bool:
        """Say whether the work of this candidate, with this home, is not for the person."""
        return candidate_id in self.candidates or home_id in self.homes

    def fits(self, enrolment: str) -> Q:
        """Fit rows whose enrolment, reached by this path, is of such a candidate."""
        mine = Q(**{f"{enrolment}__person_id__in": sorted(self.candidates)})
        return mine | Q(**{f"{enrolment}__home_id__in": sorted(self.homes)}) if self.homes else mine


def apart_from(person: Person) -> Apart:
    """Return whose work ``person`` never has in hand, now."""
    declared = Conflict.objects.filter(person=person, ended_at=None).values_list("candidate_id", "unit_id")
    candidates = {candidate for candidate, _unit in declared if candidate}
    units = [unit for _candidate, unit in declared if unit]
    below = UnitPath.objects.filter(ancestor_id__in=units).values_list("descendant_id", flat=True)
    return Apart(frozenset(candidates | {person.pk}), frozenset(below) if units else frozenset())
