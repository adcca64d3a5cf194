"""Who marks, moderates and publishes at a schedule, who could, and who coordinates it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Case, Count, Q, QuerySet, Value, When

from marksheet.apps.exams.models import Enrolment, Schedule, ScheduleState
from marksheet.apps.exams.queries.anonymity import anonymity_of
from marksheet.apps.ledger.errors import NotFound
from marksheet.apps.marking.models import HandsOn
from marksheet.apps.people.models import Grant, Membership, Person, Reach
from marksheet.apps.people.queries import nodes_where, people_with
from marksheet.apps.people.queries.names import has_in_name
from marksheet.apps.people.queries.sight import asleep
from marksheet.rules.access import Verb

PICKED = 20


class Kind(StrEnum):
    """What somebody does with the scripts of a schedule."""

    MARKER = "marker"
    MODERATOR = "moderator"
    MARKER_AND_MODERATOR = "marker_and_moderator"
    OTHER = "other"


# The shipped roles that a coordinator gives at a schedule: two for the kind, three for the boxes.
MARKER, MODERATOR = "marker", "moderator"
SCHEME, PUBLISH, VIEW = "scheme_editor", "publisher", "published_viewer"
GIVEN_HERE = (MARKER, MODERATOR, SCHEME, PUBLISH, VIEW)


@dataclass(frozen=True, slots=True)
class Rights:
    """What somebody is and may do at one schedule."""

    kind: Kind = Kind.MARKER
    edit_scheme: bool = False
    publish: bool = False
    view_published: bool = False

    @property
    def roles(self) -> frozenset[str]:
        """The keys of the roles that say so."""
        kinds = {
            Kind.MARKER: {MARKER},
            Kind.MODERATOR: {MODERATOR},
            Kind.MARKER_AND_MODERATOR: {MARKER, MODERATOR},
            Kind.OTHER: set(),
        }
        boxes = {SCHEME: self.edit_scheme, PUBLISH: self.publish, VIEW: self.view_published}
        return frozenset(kinds[self.kind] | {role for role, ticked in boxes.items() if ticked})

    @classmethod
    def of(cls, roles: frozenset[str] | set[str]) -> "Rights":
        """Return the rights that these roles make."""
        kind = {
            (True, False): Kind.MARKER,
            (False, True): Kind.MODERATOR,
            (True, True): Kind.MARKER_AND_MODERATOR,
            (False, False): Kind.OTHER,
        }[MARKER in roles, MODERATOR in roles]
        return cls(kind, SCHEME in roles, PUBLISH in roles, VIEW in roles)


def coordinated_by(person: Person) -> QuerySet[Schedule]:
    """Return the schedules whose marking ``person`` sets up: coordinated ones that were activated."""
    return (
        Schedule.objects.filter(
            node__in=nodes_where(person, Verb.SCHEDULE_COORDINATE), workflow="coordinated"
        )
        .exclude(state=ScheduleState.DRAFT)
        .select_related("unit", "node", "institution", "version__assessment")
    )


def read_codes_in_spite(schedule: Schedule, people: Iterable[Person]) -> list[Person]:
    """Return those of ``people`` who may view reports at a schedule, and see codes there while they mark or moderate.

    None where candidates are not anonymous now.
    """
    what = anonymity_of(schedule)
    if not (what.holds and what.candidates):
        return []
    reading = set(people_with(Verb.REPORT_VIEW, schedule.node_id).values_list("pk", flat=True))
    return [one for one in people if one.pk in reading]


def coordinated_for(person: Person, ref: str) -> Schedule:
    """Return the schedule named ``ref`` (or whose node is) if ``person`` coordinates it.

    Raises:
        NotFound: there is none, or it is hidden from this person.
    """
    schedule = coordinated_by(person).filter(Q(ref=ref) | Q(node__ref=ref)).first()
    if schedule is None:
        raise NotFound("There is no such schedule to coordinate.")
    return schedule


@dataclass(frozen=True, slots=True)
class Assessor:
    """Somebody at a schedule: rights, since when, how many scripts they had in hand, whether Publish sleeps."""

    person: Person
    rights: Rights
    since: datetime
    in_hand: int
    sleeps: bool


def grants_here(schedule: Schedule) -> QuerySet[Grant]:
    """Return the grants in force that a coordinator gave at this very schedule."""
    return Grant.objects.filter(
        unit_id=schedule.node_id, ended_at=None, reach=Reach.SCHEDULES, role__key__in=GIVEN_HERE
    )


def assessors_of(schedule: Schedule) -> list[Assessor]:
    """Return who was given something at this very schedule, by name; a constant number of statements."""
    roles: dict[int, set[str]] = defaultdict(set)
    since: dict[int, datetime] = {}
    people: dict[int, Person] = {}
    for grant in grants_here(schedule).select_related("person", "role").order_by("given_at"):
        people[grant.person_id] = grant.person
        roles[grant.person_id].add(grant.role.key)
        since.setdefault(grant.person_id, grant.given_at)
    hands = dict(
        HandsOn.objects.filter(person__in=people, attempt__schedule=schedule)
        .values_list("person")
        .annotate(n=Count("id"))
    )
    sleeping = {person for person, node in asleep(list(people)) if node == schedule.node_id}
    found = [
        Assessor(person, Rights.of(roles[key]), since[key], hands.get(key, 0), key in sleeping)
        for key, person in people.items()
    ]
    return sorted(found, key=lambda one: (one.person.sort_name, one.person.pk))


def assessor_here(schedule: Schedule, person_ref: str) -> Assessor:
    """Return one of ``assessors_of`` by the person's ref.

    Raises:
        NotFound: the person was given nothing here.
    """
    found = next((one for one in assessors_of(schedule) if one.person.ref == person_ref), None)
    if found is None:
        raise NotFound("This person has no rights at this schedule.")
    return found


class Missing(StrEnum):
    """Why somebody cannot be added."""

    HERE = "already_here"
    CANDIDATE = "candidate"
    INACTIVE = "inactive"
    NOT_STAFF = "not_staff"


@dataclass(frozen=True, slots=True)
class Pick:
    """Somebody whom a search found, and why they cannot be added; "" when they can."""

    person: Person
    missing: str


def picked(schedule: Schedule, search: str) -> list[Pick]:
    """Return people of the schedule's institution whose name or e-mail the words of ``search`` begin or are in.

    Staff who can be added come first; the others say why not. At most 20.
    """
    words = search.split()[:6]
    if not words:
        return []
    people = _of_institution(schedule.institution_id)
    for word in words:
        people = people.filter(has_in_name(word) | Q(email__istartswith=word) | Q(username__iexact=word))
    staff_first = Case(When(is_staff_member=True, is_active=True, then=Value(0)), default=Value(1))
    rows = people.alias(place=staff_first).order_by("place", "sort_name", "id")
    found = list(rows[:PICKED])
    why = missing_here(schedule, found)
    return sorted((Pick(person, why[person.pk]) for person in found), key=lambda pick: bool(pick.missing))


def missing_here(schedule: Schedule, people: Sequence[Person]) -> dict[int, str]:
    """Return person key -> why they cannot be added to this schedule, "" when they can; two statements."""
    keys = [person.pk for person in people]
    here = set(grants_here(schedule).filter(person__in=keys).values_list("person", flat=True))
    enrolled = set(
        Enrolment.objects.filter(schedule=schedule, person__in=keys).values_list("person", flat=True)
    )

    def why(person: Person) -> str:
        if person.pk in enrolled:
            return Missing.CANDIDATE
        if person.pk in here:
            return Missing.HERE
        if not person.is_active:
            return Missing.INACTIVE
        return "" if person.is_staff_member else Missing.NOT_STAFF

    return {person.pk: why(person) for person in people}


def people_named(schedule: Schedule, refs: list[str]) -> list[Person]:
    """Return people of the schedule's institution by their refs, in that order.

    Raises:
        NotFound: one of them is not there.
    """
    found = {person.ref: person for person in _of_institution(schedule.institution_id).filter(ref__in=refs)}
    if set(refs) - set(found):
        raise NotFound("There is no such person in this institution.")
    return [found[ref] for ref in dict.fromkeys(refs)]


def _of_institution(institution_id: int) -> QuerySet[Person]:
    members = Membership.objects.filter(institution=institution_id).values("person")
    granted = Grant.objects.filter(
        Q(unit=institution_id) | Q(unit__institution=institution_id), ended_at=None
    ).values("person")
    return Person.objects.filter(Q(pk__in=members) | Q(pk__in=granted))
