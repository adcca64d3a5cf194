"""Look after messages: send one again, hold many back, let them go on."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from marksheet.apps.ledger.change import Change, change
from marksheet.apps.ledger.errors import BadInput, NotAllowed, WrongState
from marksheet.apps.ledger.models import Work, WorkState
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries import holds_somewhere, nodes_where
from marksheet.apps.people.queries.mail import held_people, pauses_seen_by, standing_pauses
from marksheet.apps.people.steps.mail import begin_pause, end_pause, to_be_held
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
        held = to_be_held(opened, [old.person_id] if old.person_id else [])
        work = Work.objects.create(
            kind=old.kind,
            key=f"{old.key.partition(AGAIN)[0]}{AGAIN}{opened.event_id}",
            payload={name: value for name, value in old.payload.items() if name != "token"},
            group=old.group,
            run_after=at,
            created_at=at,
            asked_by_id=actor.pk,
            person_id=old.person_id,
            paused=old.person_id in held,
            event_id=opened.event_id,
        )
        opened.record(
            "work", work.pk, private={"reason": reason}, move="resend", message=old.ref, person=old.person_id
        )
    return work


def pause(actor: Person, *, group: str = "", at: datetime) -> int:
    """Hold back the messages that wait now (of one group, or all that the actor looks after); return how many.

    Those of the group that are still being asked for are held back too; without a group, all that are asked for
    until ``resume``.
    """
    _demand(actor)
    with change(actor, Verb.MAIL_MANAGE, at=at) as opened:
        units = 0 if group else begin_pause(opened, actor)
        rows = messages_seen_by(actor)
        return _hold(opened, rows, group, held=True, units=units)


def resume(actor: Person, *, group: str = "", at: datetime) -> int:
    """Let messages that were held back go on; without a group also those to come. Return how many.

    Messages that somebody holds back for a unit above the actor's stay where they are.

    Raises:
        NotAllowed: all of them do; ``helpers`` names who paused them.
    """
    _demand(actor)
    with change(actor, Verb.MAIL_MANAGE, at=at) as opened:
        units = 0 if group else end_pause(opened, actor)
        others = standing_pauses().exclude(unit__in=nodes_where(actor, Verb.MAIL_MANAGE))
        rows = messages_seen_by(actor)
        if others.exists():
            rows = rows.exclude(person_id__in=held_people(others).values("pk"))
        n = _hold(opened, rows, group, held=False, units=units)
        paused = messages_seen_by(actor).filter(state=WorkState.WAITING, paused=True)
        if not n and not units and (paused.filter(group=group) if group else paused).exists():
            raise NotAllowed(
                _("These messages are paused for a unit above yours."),
                helpers=sorted({line.by for line in pauses_seen_by(actor) if not line.mine}),
            )
    return n


def _demand(actor: Person) -> None:
    if not holds_somewhere(actor, Verb.MAIL_MANAGE):
        raise NotAllowed(_("You do not look after messages anywhere."))


def _hold(opened: Change, rows: QuerySet[Work], group: str, *, held: bool, units: int) -> int:
    rows = rows.filter(state=WorkState.WAITING, paused=not held)
    if group:
        rows = rows.filter(group=group)
    keys = list(rows.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk", flat=True))
    n = 0
    for start in range(0, len(keys), 20_000):
        n += Work.objects.filter(pk__in=keys[start : start + 20_000], state=WorkState.WAITING).update(
            paused=held
        )
    if group and keys:
        Work.objects.filter(group=group, kind="notices", state=WorkState.WAITING).update(paused=held)
    if keys or units:
        move = "pause" if held else "resume"
        opened.record("work", None, move=move, messages=n, group=group, units=units)
    return n
