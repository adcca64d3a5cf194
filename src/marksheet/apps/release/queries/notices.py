"""Who gets a message and about what, as it stands at the moment it leaves; never a score."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from marksheet.apps.people.models import Person
from marksheet.apps.results.models import Result


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person who can be written to."""

    name: str
    email: str
    language: str


@dataclass(frozen=True, slots=True)
class RecipientOfResult:
    """A candidate and the exam a message is about."""

    name: str
    email: str
    language: str
    assessment: str
    unit: str
    contact: str
    taken_on: date | None
    shown: bool
    void: bool
    version_ref: str


def recipient(person_id: int) -> Recipient | None:
    """Return the active person with this key, if there is an address to write to."""
    person = Person.objects.filter(pk=person_id, is_active=True).exclude(email="").first()
    return None if person is None else Recipient(person.name, person.email, person.language)


def recipient_of_result(person_id: int, result_ref: str) -> RecipientOfResult | None:
    """Return whom to tell of this result: its own candidate, or nobody."""
    # Only what a message needs: a result carries much more, and thousands of messages leave in a row.
    row = (
        Result.objects.filter(ref=result_ref, person_id=person_id, person__is_active=True)
        .values(
            *("person__name", "person__email", "person__language", "assessment__title", "handed_in_at"),
            *("schedule__unit__name", "schedule__contact", "schedule__timezone", "shown_to_candidate"),
            *("in_force", "in_force__ref", "in_force__handed_in_at", "in_force__outcome"),
        )
        .first()
    )
    if row is None:
        return None
    # Of the version that is told of: which attempt counts in a correction on its way is nobody's to know yet.
    taken = row["in_force__handed_in_at"] if row["in_force"] else row["handed_in_at"]
    return RecipientOfResult(
        name=row["person__name"],
        email=row["person__email"],
        language=row["person__language"],
        assessment=row["assessment__title"],
        unit=row["schedule__unit__name"],
        contact=row["schedule__contact"],
        taken_on=taken.astimezone(ZoneInfo(row["schedule__timezone"])).date() if taken else None,
        shown=row["shown_to_candidate"] and row["in_force"] is not None,
        void=row["in_force__outcome"] == "void",
        version_ref=row["in_force__ref"] or "",
    )
