"""What moderators decide is written: scripts come to them, go back, and marks of theirs stand or are taken back."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from marksheet.apps.exams.models import Schedule, Scheme
from marksheet.apps.ledger.bulk import among, insert_rows, update_rows
from marksheet.apps.ledger.change import Change
from marksheet.apps.ledger.models import new_ref
from marksheet.apps.marking.models import MODERATION, Decision, Mark, Moderation, Plan, Round
from marksheet.apps.marking.queries.marks import NEVER_MARKED, current_marks
from marksheet.apps.marking.queries.plan import plan_of
from marksheet.apps.marking.steps.hands import note_hands_on
from marksheet.apps.marking.steps.marks import FIELDS
from marksheet.apps.people.models import Person

COLUMNS = (
    "ref", "schedule_id", "attempt_id", "round", "reasons", "case", "sample", "ripe", "returned", "decision",
    "moderator_id", "revision", "event_id", "at",
)  # fmt: skip
Reasons = list[dict[str, Any]]
Waiting = tuple[Moderation, Reasons, bool, str]
"""(a script in moderation, why it is there, whether its markers are done, the decision that holds)."""
Given = tuple[int | None, bool]
"""(thousandths of a mark or None, no response)."""


def hold_samples(opened: Change, schedule: Schedule) -> None:
    """Let nobody else draw samples at this schedule until the change ends."""
    list(Plan.objects.select_for_update(no_key=True).filter(schedule=schedule).values_list("pk", flat=True))


def store_rounds(opened: Change, schedule: Schedule, rounds: Reasons, seed: str) -> None:
    """Write the rounds of moderation; what nobody has decided on is asked anew, every decision stays."""
    before = plan_of(schedule)
    values = {"rounds": rounds, "seed": seed, "revision": before.revision + 1}
    Plan.objects.update_or_create(
        schedule=schedule, defaults=values | {"event_id": opened.event_id, "at": opened.at}
    )
    Moderation.objects.filter(schedule=schedule, decision="", returned=False).delete()


def send(
    opened: Change, schedule: Schedule, new: Mapping[tuple[int, str], Reasons], case: Collection[str]
) -> None:
    """Send scripts to moderation: (attempt, round) -> why; each gets a line in the log.

    Args:
        case: the kinds of reasons that make a script a case.
    """
    insert_rows(
        Moderation,
        COLUMNS,
        (
            (
                new_ref(), schedule.pk, attempt, round_, reasons, *_kinds(reasons, case), True, False, "", None, 0,
                opened.event_id, opened.at,
            )
            for (attempt, round_), reasons in new.items()
        ),
    )  # fmt: skip
    opened.lines(
        ("attempt", attempt, {"moderated": round_, "why": reasons})
        for (attempt, round_), reasons in new.items()
    )


def update_waiting(rows: Iterable[Waiting], case: Collection[str]) -> None:
    """Keep scripts in moderation up to date: why each is there, whether its markers are done, what holds of it."""
    update_rows(
        Moderation,
        ("reasons", "case", "sample", "ripe", "decision"),
        ((row.pk, reasons, *_kinds(reasons, case), ripe, decision) for row, reasons, ripe, decision in rows),
    )


def withdraw(opened: Change, rows: Sequence[Moderation]) -> None:
    """Take scripts that no trigger sends any more, and on which nobody decided, out of moderation."""
    Moderation.objects.filter(pk__in=among(row.pk for row in rows)).delete()
    opened.lines(("attempt", row.attempt_id, {"moderated": row.round, "why": []}) for row in rows)


def _kinds(reasons: Reasons, case: Collection[str]) -> tuple[bool, bool]:
    """Say whether one of the reasons makes a case, and whether one is a sample."""
    return any(one["kind"] in case for one in reasons), any(one["of"] for one in reasons)


def decide(opened: Change, rows: Sequence[Moderation], by: Person, decision: str) -> None:
    """Write what was decided on these scripts, which were in the moderator's hands."""
    update_rows(
        Moderation,
        ("decision", "ripe", "moderator_id", "revision", "event_id", "at"),
        (
            (
                row.pk,
                decision,
                decision != Decision.SENT_BACK,
                by.pk,
                row.revision + 1,
                opened.event_id,
                opened.at,
            )
            for row in rows
        ),
    )
    opened.lines(("attempt", row.attempt_id, {"decided": decision, "round": row.round}) for row in rows)
    note_hands_on(opened, ((row.attempt_id, by.pk) for row in rows))


def store_moderated(
    opened: Change, row: Moderation, by: Person, stood: Mapping[int, Given], given: Mapping[int, Given]
) -> None:
    """Store the marks that a moderator gave in a script, as marks of its round.

    The line in the log tells them like any marks: ``{"round", "marker", "marks": {part: [before, after]}}``.

    Args:
        stood: part -> what counted before, where one number did.
        given: part -> what counts from now on.
    """
    store_deciding(opened, row.attempt_id, row.round, by, stood, given)


def store_deciding(
    opened: Change,
    attempt: int,
    round_: str,
    by: Person,
    stood: Mapping[int, Given],
    given: Mapping[int, Given],
) -> None:
    """Store marks that stand over those of markers, of a round of moderators or definitive; as ``store_moderated``."""
    versions = current_marks([attempt], round_)
    newest = dict(Scheme.objects.filter(part__in=list(given)).order_by("number").values_list("part_id", "pk"))
    insert_rows(
        Mark,
        FIELDS,
        (
            (
                attempt, part, round_, by.pk,
                versions.get((attempt, part), NEVER_MARKED).version + 1, value, blank, newest.get(part),
                opened.event_id, opened.at,
            )
            for part, (value, blank) in given.items()
        ),
    )  # fmt: skip
    marks = {str(part): [_word(stood.get(part, (None, False))), _word(one)] for part, one in given.items()}
    opened.lines([("attempt", attempt, {"round": round_, "marker": by.pk, "marks": marks})])


def _word(given: Given) -> int | str | None:
    return "nr" if given[1] else given[0]


def reopened(opened: Change, schedule: Schedule, attempts: Iterable[int]) -> None:
    """Have scripts that are opened for marking again come back to their moderators, whose marks are taken back."""
    rows = list(Moderation.objects.filter(schedule=schedule, attempt__in=among(attempts)))
    if not rows:
        return
    update_rows(
        Moderation,
        ("ripe", "returned", "decision"),
        (
            (row.pk, False, True, Decision.SENT_BACK.value if row.decision == Decision.SENT_BACK else "")
            for row in rows
        ),
    )
    for round_ in MODERATION:
        take_back(opened, [row.attempt_id for row in rows if row.round == round_], round_)


def take_back(
    opened: Change, attempts: Iterable[int], round_: str, parts: Collection[int] | None = None
) -> Counter[int]:
    """Take the marks of a round back: they stay in the history, and count no more. Return attempt -> how many.

    Args:
        round_: of moderators, or of what two markers proposed to agree on.
        parts: of these parts; None for all.
    """
    keys = list(attempts)
    if not keys:
        return Counter()
    rows = Mark.objects.filter(attempt__in=among(keys), round=round_).order_by("version")
    last: dict[tuple[int, int, int], Mark] = {}
    versions: dict[tuple[int, int], int] = {}
    for mark in rows:
        # Of a moderator the newest stands; of two who agree, each one's newest.
        whose = mark.marker_id if round_ == Round.AGREED else 0
        last[mark.attempt_id, mark.part_id, whose] = mark
        versions[mark.attempt_id, mark.part_id] = mark.version
    gone = [
        mark
        for mark in last.values()
        if (mark.value_thousandths is not None or mark.no_response)
        and (parts is None or mark.part_id in parts)
    ]
    ready = []
    for mark in gone:
        cell = (mark.attempt_id, mark.part_id)
        versions[cell] += 1
        ready.append(
            (
                mark.attempt_id, mark.part_id, round_, mark.marker_id, versions[cell], None, False, mark.scheme_id,
                opened.event_id, opened.at,
            )
        )  # fmt: skip
    insert_rows(Mark, FIELDS, ready)
    opened.lines(
        (
            "attempt",
            mark.attempt_id,
            {
                "round": str(round_),
                "marker": mark.marker_id,
                "marks": {str(mark.part_id): [_word((mark.value_thousandths, mark.no_response)), None]},
            },
        )
        for mark in gone
    )
    return Counter(mark.attempt_id for mark in gone)
