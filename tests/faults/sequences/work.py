"""What must hold of marks, scripts and the log, whatever was done before."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from marksheet.apps.exams.models import Attempt
from marksheet.apps.ledger.models import Event
from marksheet.apps.marking.models import Flag, HandsOn, Keying, Mark, Moderation, Script
from marksheet.apps.marking.queries.allocation import allocation_of
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries.apart import apart_from
from tests.faults.sequences.world import Play, Rows, facts, named, parts_of, scripts_of

NEVER_CHANGED = (
    "ledger_event", "ledger_line", "marking_mark", "marking_keying", "marking_sampledecision",
    "results_resultversion", "results_withdrawal", "release_disclosure", "release_opening",
)  # fmt: skip


def what_was_given_and_published_stays(_play: Play, then: Rows, now: Rows) -> Iterator[str]:
    """After a crash at any point nothing is lost; every accepted mark, version and opening stays as it was."""
    for table in NEVER_CHANGED:
        for key, row in then[table].items():
            # What is prepared and not committed may be taken away with its publication.
            if now[table].get(key) != row:
                yield f"row {key} of {table} was changed or is lost"


def every_write_has_its_entry(_play: Play, then: Rows, now: Rows) -> Iterator[str]:
    """Every write to a table of ours goes through a change and has an audit entry."""
    if facts(then) != facts(now) and len(then["ledger_event"]) == len(now["ledger_event"]):
        tables = [table for table, held in facts(now).items() if held != facts(then)[table]]
        yield f"{', '.join(tables)} changed without an entry in the log"


def scripts_count_what_is_unmarked(play: Play, _then: Rows, _now: Rows) -> Iterator[str]:
    """Unmarked is not zero: what a script says is left is what has no mark, and submitted ones are wholly marked."""
    for schedule in play.schedules:
        parts = [one.id for one in parts_of(schedule)]
        held: dict[tuple[int, str], dict[int, bool]] = defaultdict(dict)
        for one in Mark.objects.filter(attempt__schedule=schedule, part__in=parts).order_by("version"):
            held[one.attempt_id, one.round][one.part_id] = (
                one.no_response or one.value_thousandths is not None
            )
        for script in scripts_of(schedule, attempt__state="handed_in"):
            left = len(parts) - sum(held[script.attempt_id, script.round].values())
            seeded = script.submitted_at is not None and script.unmarked == 0
            if left != script.unmarked and not (seeded and _is_definitive(script.attempt_id)):
                yield f"{named(script)} says that {script.unmarked} parts are left, and {left} are"


def _is_definitive(attempt: int) -> bool:
    return Mark.objects.filter(attempt=attempt, round="definitive").exists()


def nobody_handles_their_own(play: Play, then: Rows, now: Rows) -> Iterator[str]:
    """Nobody handles their own, nor what a conflict of interest keeps them from."""
    known = then["marking_mark"]
    fresh = Mark.objects.exclude(pk__in=known).select_related("attempt__enrolment", "marker")
    for one in fresh.exclude(value_thousandths=None, no_response=False):
        if _kept(one.marker, one.attempt):
            yield f"{one.marker.username} marked work of {one.attempt.enrolment.name}, which is kept from them"
    decided = Moderation.objects.exclude(moderator=None).select_related("attempt__enrolment", "moderator")
    for row in decided:
        fresh_here = then["marking_moderation"].get(row.pk) != now["marking_moderation"][row.pk]
        if fresh_here and row.decision and row.at == play.now and _kept(row.moderator, row.attempt):
            yield f"{row.moderator.username} moderated work that is kept from them"
    for typed in Keying.objects.exclude(pk__in=then["marking_keying"]).select_related("attempt__enrolment"):
        if _kept(typed.person, typed.attempt):
            yield f"{typed.person.username} typed work a second time that is kept from them"


def _kept(person: Person, attempt: Attempt) -> bool:
    return apart_from(person).keeps_from(attempt.enrolment.person_id, attempt.enrolment.home_id)


def nobody_reviews_what_they_had_in_hand(play: Play, then: Rows, now: Rows) -> Iterator[str]:
    """Nobody reviews work they had in hand; whoever gave a mark had it."""
    for row in Moderation.objects.exclude(moderator=None).exclude(decision=""):
        if then["marking_moderation"].get(row.pk) == now["marking_moderation"][row.pk]:
            continue
        own = Mark.objects.filter(attempt=row.attempt_id, marker=row.moderator, round__startswith="marker")
        if own.exists():
            yield f"attempt {row.attempt_id} is moderated by one of its markers"
    hands = set(HandsOn.objects.values_list("attempt_id", "person_id"))
    given = Mark.objects.exclude(round="definitive").values_list("attempt_id", "marker_id")
    for attempt, person in sorted(set(given) - hands):
        yield f"person {person} marked attempt {attempt}, and never had it in hand"


def what_is_allocated_is_in_hands_that_may_have_it(play: Play, _then: Rows, _now: Rows) -> Iterator[str]:
    """Allocation is complete, never crosses a bar, and never gives both places of a script to one person."""
    for schedule in play.schedules:
        scripts = scripts_of(schedule, attempt__state="handed_in", round__startswith="marker")
        shared = allocation_of(schedule) is not None
        for script in scripts:
            if shared and not script.allocated:
                yield f"{named(script)} lies on a pile where there is none"
            held = script.marker if script.allocated and script.submitted_at is None else None
            if held is not None and _kept(held, script.attempt):
                yield f"{named(script)} is kept from who has it"
        pairs = Counter((one.attempt_id, one.marker_id) for one in scripts if one.marker_id)
        for (attempt, marker), n in pairs.items():
            if n > 1:
                yield f"person {marker} has both places of attempt {attempt} at {schedule.code}"


def an_open_flag_can_be_settled(play: Play, _then: Rows, _now: Rows) -> Iterator[str]:
    """No flag is outstanding for ever: its script is there, for who settles it."""
    for flag in Flag.objects.filter(
        settled_at=None, attempt__schedule__in=play.schedules, attempt__state="handed_in"
    ):
        if not Script.objects.filter(attempt=flag.attempt_id, round=flag.round).exists():
            yield f"the flag of attempt {flag.attempt_id} ({flag.round}) is open, and its script is gone"


def the_log_has_no_gap(_play: Play, _then: Rows, now: Rows) -> Iterator[str]:
    """The log never changes, and each entry follows the one before."""
    follows = ""
    for seq, previous, hashed in Event.objects.order_by("seq").values_list("seq", "previous", "hash"):
        if follows and previous != follows:
            yield f"entry {seq} of the log does not follow the one before"
        follows = hashed


ALL = (
    what_was_given_and_published_stays,
    every_write_has_its_entry,
    scripts_count_what_is_unmarked,
    nobody_handles_their_own,
    nobody_reviews_what_they_had_in_hand,
    what_is_allocated_is_in_hands_that_may_have_it,
    an_open_flag_can_be_settled,
    the_log_has_no_gap,
)
