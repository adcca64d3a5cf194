"""Look after messages: send one again, hold many back, let them go on."""

from datetime import datetime

from django.utils.translation import gettext as _

from marksheet.apps.ledger.change import change
from marksheet.apps.ledger.errors import BadInput, NotAllowed, WrongState
from marksheet.apps.ledger.models import Work, WorkState
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries import holds_somewhere
from marksheet.apps.release.queries.mailing import WITH_LINK, Fate, fate_of, message_for, messages_seen_by
from marksheet.rules.access import Verb

AGAIN = ":again:"


def send_again(actor: Person, ref: str, *, reason: str, at: datetime) -> Work:
    """Send a message once more, as new work of its own; what is left out then is said on the page.

    The text is rendered anew when it leaves: a result that is hidden by then is not announced.

    Raises:
        NotFound: there is no such message, or the actor does not look after it.
        BadInput: no reason; or it carried a single-use link.
        WrongState: it still waits, or is being sent.
    """
    reason = reason.strip()
    if not reason:
        raise BadInput(_("Say why it is sent again: the reason stays in the history."))
    with change(actor, Verb.MAIL_MANAGE, at=at) as opened:
        message_for(actor, ref)
        old = Work.objects.select_for_update(no_key=True).get(ref=ref)
        if old.payload.get("notice") in WITH_LINK:
            raise BadInput(
                _(
                    "A link for signing in works once and is not sent again. Invite the person anew under Invitations."
                )
            )
        if fate_of(old) in (Fate.WAITING, Fate.PAUSED, Fate.SENDING):
            raise WrongState(_("This message has not left yet. There is nothing to send again."))
        work = Work.objects.create(
            kind=old.kind,
            key=f"{old.key.partition(AGAIN)[0]}{AGAIN}{opened.event_id}",
            payload={name: value for name, value in old.payload.items() if name != "token"},
            group=old.group,
            run_after=at,
            created_at=at,
            asked_by_id=actor.pk,
            person_id=old.person_id,
            event_id=opened.event_id,
        )
        opened.record(
            "work", work.pk, private={"reason": reason}, move="resend", message=old.ref, person=old.person_id
        )
    return work


def pause(actor: Person, *, group: str = "", at: datetime) -> int:
    """Hold back the messages that wait now (of one group, or all that the actor looks after); return how many.

    Messages of a group that are still being asked for are held back too.
    """
    return _hold(actor, group, held=True, at=at)


def resume(actor: Person, *, group: str = "", at: datetime) -> int:
    """Let messages that were held back go on; return how many."""
    return _hold(actor, group, held=False, at=at)


def _hold(actor: Person, group: str, *, held: bool, at: datetime) -> int:
    if not holds_somewhere(actor, Verb.MAIL_MANAGE):
        raise NotAllowed(_("You do not look after messages anywhere."))
    with change(actor, Verb.MAIL_MANAGE, at=at) as opened:
        rows = messages_seen_by(actor).filter(state=WorkState.WAITING, paused=not held)
        if group:
            rows = rows.filter(group=group)
        keys = list(
            rows.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk", flat=True)
        )
        if not keys:
            return 0
        n = 0
        for start in range(0, len(keys), 20_000):
            n += Work.objects.filter(pk__in=keys[start : start + 20_000], state=WorkState.WAITING).update(
                paused=held
            )
        if group:
            Work.objects.filter(group=group, kind="notices", state=WorkState.WAITING).update(paused=held)
        opened.record("work", None, move="pause" if held else "resume", messages=n, group=group)
    return n
