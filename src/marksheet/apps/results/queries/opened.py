"""One result, opened from the Results tab: the row, its attempts, its versions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from marksheet.apps.exams.models import Attempt, AttemptState
from marksheet.apps.ledger.errors import NotFound
from marksheet.apps.ledger.models import Event, Line, Side
from marksheet.apps.people.models import Person
from marksheet.apps.results.models import Result, ResultVersion, Withdrawal
from marksheet.apps.results.queries.sight import by_who, results_seen_by
from marksheet.rules.access import Verb


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A published version of a result: its number, when it was made, and whether it still holds.

    ``standing`` is in_force, superseded or withdrawn; ``publication_id`` is the key of what brought it into force.
    """

    number: int
    at: datetime
    standing: str
    publication_id: int = 0


def row_seen_by(person: Person, ref: str) -> Result:
    """Return the working result named ``ref`` if it is among the rows that ``person`` sees on Results.

    Raises:
        NotFound: there is none, or it is hidden from this person.
    """
    row = (
        results_seen_by(person)
        .filter(ref=ref)
        .select_related("schedule", "unit", "withheld_by", "in_force", "attempt", "enrolment")
        .first()
    )
    if row is None:
        raise NotFound("There is no such result.")
    return row


def attempts_of(row: Result) -> list[Attempt]:
    """Return the attempts behind a result, in order; what was taken back stands in the history alone."""
    rows = Attempt.objects.filter(enrolment_id=row.enrolment_id).exclude(state=AttemptState.TAKEN_BACK)
    return list(rows.order_by("number"))


def why_withheld(row: Result) -> str:
    """Return why a result is held back, as its owner said; "" when it is not, or when the reason was erased."""
    if row.withheld_at is None:
        return ""
    about = Line.objects.filter(subject_kind="result", subject_id=row.pk).values("event")
    event = Event.objects.filter(pk__in=about, verb=Verb.RESULT_WITHHOLD).order_by("-seq").first()
    side = Side.objects.filter(event=event, name="reason").first() if event else None
    return side.value if side else ""


def versions_of(row: Result) -> list[VersionLine]:
    """Return what was ever published of a result, oldest first; what is only being prepared is not among it."""
    found = ResultVersion.objects.filter(result=row).order_by("number")
    withdrawn = set(Withdrawal.objects.filter(version__result=row).values_list("version_id", flat=True))
    newest = row.in_force.number if row.in_force else 0
    lines = []
    for version in found:
        if version.pk == row.in_force_id:
            standing, at = "in_force", row.published_at or version.created_at
        elif version.pk in withdrawn:
            standing, at = "withdrawn", version.created_at
        elif version.number < newest:
            standing, at = "superseded", version.created_at
        else:
            continue
        lines.append(VersionLine(version.number, at, standing, version.publication_id))
    return lines


def rows_seen_by(person: Person, refs: Sequence[str]) -> list[Result]:
    """Return those of the results named ``refs`` that ``person`` sees on Results, by name."""
    rows = results_seen_by(person).filter(ref__in=list(refs)).select_related("schedule")
    return list(rows.order_by(by_who(person), "id"))
