"""What others gave the same scripts, as far as a marker may see it before submitting."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from marksheet.apps.exams.models import Schedule
from marksheet.apps.exams.queries.anonymity import veil_of
from marksheet.apps.marking.models import MARKERS, MODERATION, Judgement, Mark, Script
from marksheet.apps.marking.queries.plan import plan_of
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries import verbs_at
from marksheet.rules.access import Verb
from marksheet.rules.anonymity import Sharing, sees_others
from marksheet.rules.marks import shown

Place = tuple[int, int]
"""(script's key, part's key)."""


@dataclass(frozen=True, slots=True)
class Other:
    """What somebody else gave one part of a script in another round; ``value`` in thousandths, None for no response.

    ``feedback`` is "" where nothing was said.
    """

    round: str
    by: str
    value: int | None
    feedback: str = ""

    @property
    def mark(self) -> str:
        """The mark as the sheet shows it."""
        return "nr" if self.value is None else shown(self.value)


def others_of(
    person: Person, schedule: Schedule, scripts: Sequence[Script]
) -> dict[Place, tuple[Other, ...]]:
    """Return what others gave these scripts, which ``person`` may have in hand, as far as they may see it.

    The newest of each round, in the order of rounds; nothing is asked where nobody else gives marks. What ``person``
    gave is not among it.
    """
    plan = plan_of(schedule)
    rounds = rounds_shared(person, schedule, scripts, Sharing(plan.sharing))
    if not any(rounds.values()) or (plan.markers == 1 and not plan.rounds):
        return {}
    attempts = {one.attempt_id: one for one in scripts}
    given = Mark.objects.filter(attempt__in=attempts, round__in=(*MARKERS, *MODERATION)).select_related(
        "marker"
    )
    newest = {(mark.attempt_id, mark.part_id, mark.round): mark for mark in given.order_by("version")}
    said = _feedback(list(attempts))
    veil = veil_of(person, [schedule])
    found: dict[Place, list[Other]] = {}
    for (attempt, part, round_), mark in sorted(newest.items(), key=lambda one: place_of_round(one[0][2])):
        script = attempts[attempt]
        taken_back = mark.value_thousandths is None and not mark.no_response
        if taken_back or round_ not in rounds[script.pk] or mark.marker_id == person.pk:
            continue
        called = veil.colleague(schedule.pk, mark.marker_id, mark.marker.name)
        other = Other(round_, called, mark.value_thousandths, said.get((attempt, part, round_), ""))
        found.setdefault((script.pk, part), []).append(other)
    return {place: tuple(others) for place, others in found.items()}


@dataclass(frozen=True, slots=True)
class Kept:
    """Whose marks are kept from a reader who marks at the schedule, too.

    Args:
        markers, moderators: attempts of which they may not see what other markers, or moderators, gave.
    """

    reader: int
    markers: frozenset[int] = frozenset()
    moderators: frozenset[int] = frozenset()

    def marker(self, attempt: int, by: int | None) -> bool:
        """Whether marks of this marker are kept from them; None: what two markers' come to."""
        return attempt in self.markers and by != self.reader

    def moderator(self, attempt: int, by: int | None) -> bool:
        """Whether marks of this moderator are kept from them."""
        return attempt in self.moderators and by != self.reader


def kept_back(person: Person, schedule: Schedule, attempts: Collection[int]) -> Kept:
    """Return whose marks of these attempts ``person``, who coordinates, may not see yet: they mark there, too.

    Where one marker marks, and marks are typed once, only what moderators gave to a script of their own is.
    """
    if Verb.MARK_GIVE not in verbs_at(person, schedule.node_id):
        return Kept(person.pk)
    plan = plan_of(schedule)
    own: dict[int, bool] = {}
    rows = Script.objects.filter(attempt__in=attempts, round__in=MARKERS, marker=person)
    for attempt, at in rows.values_list("attempt_id", "submitted_at"):
        own[attempt] = own.get(attempt, True) and at is not None
    alone = plan.markers == 1 and not plan.second_keying

    def hidden(gave: str) -> frozenset[int]:
        return frozenset(
            one
            for one in attempts
            if not (alone and (gave == "marker" or one not in own))
            and not sees_others(
                Sharing(plan.sharing), on_script=one in own, submitted=own.get(one, False), gave=gave
            )
        )

    return Kept(person.pk, hidden("marker"), hidden("moderator"))


def totals_of(others: Mapping[Place, Sequence[Other]], script_id: int) -> list[tuple[str, str]]:
    """Return who else gave marks to a script, and what they come to, in the order of rounds."""
    found: dict[tuple[str, str], int] = {}
    for (script, _part), some in others.items():
        for one in some if script == script_id else ():
            found[one.round, one.by] = found.get((one.round, one.by), 0) + (one.value or 0)
    return [
        (by, shown(total))
        for (_round, by), total in sorted(found.items(), key=lambda one: place_of_round(one[0][0]))
    ]


def rounds_shared(
    person: Person, schedule: Schedule, scripts: Sequence[Script], sharing: Sharing
) -> dict[int, frozenset[str]]:
    """Return script -> the other rounds that the reader may see; none to who does not mark there: they see them all."""
    if Verb.MARK_GIVE not in verbs_at(person, schedule.node_id):
        return {}
    found = {}
    for script in scripts:
        if script.is_beside:
            # As if nobody else had marked it yet.
            found[script.pk] = frozenset[str]()
            continue
        on, done = script.marker_id == person.pk, script.submitted_at is not None
        found[script.pk] = frozenset(
            str(one)
            for gave, rounds in (("marker", MARKERS), ("moderator", MODERATION))
            for one in rounds
            if one != script.round and sees_others(sharing, on_script=on, submitted=done, gave=gave)
        )
    return found


def _feedback(attempts: Sequence[int]) -> dict[tuple[int, int, str], str]:
    rows = Judgement.objects.filter(attempt__in=attempts).order_by("version")
    names = ("attempt_id", "part_id", "round", "feedback")
    return {(attempt, part, round_): text for attempt, part, round_, text in rows.values_list(*names)}


def place_of_round(round_: str) -> int:
    """Return the place of a round of markers or moderators among them, to sort by."""
    return [str(one) for one in (*MARKERS, *MODERATION)].index(round_)
