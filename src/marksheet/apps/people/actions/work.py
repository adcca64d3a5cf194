"""Look after work in the background: start parked work again, hold it back, let it go on."""

from datetime import datetime

from django.utils.translation import gettext as _

from marksheet.apps.ledger.change import change
from marksheet.apps.ledger.errors import WrongState
from marksheet.apps.ledger.models import Work, WorkState
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries.work import work_for
from marksheet.rules.access import Verb


def replay(actor: Person, ref: str, *, at: datetime) -> None:
    """Start parked work again from where it was; all work is safe to do twice.

    Raises:
        NotFound: there is no such work, or the actor does not look after it.
        WrongState: it is not parked.
    """
    with change(actor, Verb.WORK_MANAGE, at=at) as opened:
        work = _locked(actor, ref)
        if work.state != WorkState.PARKED:
            raise WrongState(_("Only parked work can be started again; this is not parked (any more)."))
        Work.objects.filter(pk=work.pk).update(
            state=WorkState.WAITING, paused=False, attempts=0, run_after=at, last_error=""
        )
        opened.record("work", work.pk, move="replay", work=work.kind)


def pause(actor: Person, ref: str, *, at: datetime) -> None:
    """Hold waiting work back until it is resumed.

    Raises:
        WrongState: it does not wait.
    """
    _hold(actor, ref, held=True, at=at)


def resume(actor: Person, ref: str, *, at: datetime) -> None:
    """Let work that was held back go on."""
    _hold(actor, ref, held=False, at=at)


def _hold(actor: Person, ref: str, *, held: bool, at: datetime) -> None:
    with change(actor, Verb.WORK_MANAGE, at=at) as opened:
        work = _locked(actor, ref)
        if work.state != WorkState.WAITING:
            raise WrongState(_("This work does not wait: it is being done, is done, or is parked."))
        if work.paused == held:
            return
        Work.objects.filter(pk=work.pk).update(paused=held)
        opened.record("work", work.pk, move="pause" if held else "resume", work=work.kind)


def _locked(actor: Person, ref: str) -> Work:
    seen = work_for(actor, ref)
    return Work.objects.select_for_update(no_key=True).get(pk=seen.pk)
