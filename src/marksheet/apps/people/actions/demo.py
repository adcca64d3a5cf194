"""What only the demo needs of people."""

from datetime import datetime

from marksheet.apps.ledger.change import System, change
from marksheet.apps.people.models import Membership, Person


def name_account(number: str, username: str, *, at: datetime) -> None:
    """Give the candidate with this number a sign-in name and count the address as verified."""
    with change(System("demo"), "person.name-account", at=at) as opened:
        member = Membership.objects.get(number=number)
        Person.objects.filter(pk=member.person_id).update(username=username, email_verified_at=at)
        opened.record("person", member.person_id, username=True)
