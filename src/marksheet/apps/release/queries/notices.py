"""Who gets a message and about what, as it stands at the moment it leaves; never a score."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.db import connection

from marksheet.apps.ledger.clock import in_utc
from marksheet.apps.people.models import Person


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


# Only what a message needs, and as text: thousands leave in a row, and to build it anew took longer than the answer.
_OF_RESULT = """
SELECT p.name, p.email, p.language, a.title, u.name, s.contact, s.timezone,
       r.handed_in_at, r.shown_to_candidate, v.ref, v.handed_in_at, v.outcome
FROM results_result r
JOIN people_person p ON p.id = r.person_id
JOIN exams_assessment a ON a.id = r.assessment_id
JOIN exams_schedule s ON s.id = r.schedule_id
JOIN people_unit u ON u.id = s.unit_id
LEFT JOIN results_resultversion v ON v.id = r.in_force_id
WHERE r.ref = %s AND r.person_id = %s AND p.is_active
"""


def recipient_of_result(person_id: int, result_ref: str) -> RecipientOfResult | None:
    """Return whom to tell of this result: its own candidate, or nobody."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_RESULT, [result_ref, person_id])
        row = cursor.fetchone()
    if row is None:
        return None
    name, email, language, assessment, unit, contact, timezone, handed_in_at, shown, version, *told = row
    # Of the version that is told of: which attempt counts in a correction on its way is nobody's to know yet.
    taken = in_utc(told[0] if version else handed_in_at)
    return RecipientOfResult(
        name=name,
        email=email,
        language=language,
        assessment=assessment,
        unit=unit,
        contact=contact,
        taken_on=taken.astimezone(ZoneInfo(timezone)).date() if taken else None,
        shown=bool(shown and version),
        void=told[1] == "void",
        version_ref=version or "",
    )
