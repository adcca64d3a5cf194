"""Invite the candidates of a schedule, all at once: links by e-mail, printed codes for the others."""

from datetime import datetime

from django.utils.translation import gettext as _

from marksheet.apps.exams.queries.invitations import candidates_without_way_in
from marksheet.apps.exams.queries.schedules import SEEING, schedule_for
from marksheet.apps.ledger.change import change
from marksheet.apps.ledger.errors import BadInput
from marksheet.apps.people.models import InvitationKind, Person
from marksheet.apps.people.queries import demand
from marksheet.apps.people.queries.invitations import PrintedCode, printed_codes
from marksheet.apps.people.steps.invitations import invite
from marksheet.rules.access import Verb


def invite_candidates(actor: Person, schedule_ref: str, *, again: bool = False, at: datetime) -> int:
    """Send a link to every candidate with an address who cannot sign in yet; return how many.

    Args:
        again: also to those whose invitation is open: the old link then no longer works.

    Raises:
        NotFound, NotAllowed: hidden, or the actor may not invite there.
        BadInput: nobody is left to invite.
    """
    people, _tokens = _invite(actor, schedule_ref, kind=InvitationKind.LINK, again=again, at=at)
    return len(people)


def print_candidate_codes(
    actor: Person, schedule_ref: str, *, again: bool = False, at: datetime
) -> list[PrintedCode]:
    """Make a code for every candidate without an address who cannot sign in yet.

    The codes are returned once; only their hashes are kept.
    """
    people, tokens = _invite(actor, schedule_ref, kind=InvitationKind.CODE, again=again, at=at)
    return printed_codes(people, tokens)


def _invite(
    actor: Person, schedule_ref: str, *, kind: InvitationKind, again: bool, at: datetime
) -> tuple[list[Person], dict[int, str]]:
    with change(actor, Verb.PERSON_INVITE, at=at) as opened:
        schedule = schedule_for(actor, schedule_ref, Verb.PERSON_INVITE, *SEEING)
        demand(actor, Verb.PERSON_INVITE, schedule.node_id, _("You may not invite candidates here."))
        waiting = candidates_without_way_in(schedule, at=at, again=again)
        link = kind == InvitationKind.LINK
        people = list(waiting.exclude(email="") if link else waiting.filter(email=""))
        if not people:
            raise BadInput(
                _(
                    "Everybody who can be invited this way was invited already, or signs in. To invite them anew,"
                    " tick that on the page of invitations: what they have stops working then."
                )
            )
        tokens = invite(opened, people, schedule.institution, kind=kind)
        opened.record(
            "schedule",
            schedule.pk,
            schedule_id=schedule.pk,
            move="invite",
            way=str(kind.value),
            count=len(people),
        )
        opened.lines(("person", person.pk, {"move": "invite", "way": str(kind.value)}) for person in people)
    return people, tokens
