"""Take the audit log out as a file: a read that the log itself remembers."""

from datetime import datetime

from django.utils.translation import gettext as _

from marksheet.apps.ledger.change import change
from marksheet.apps.ledger.errors import BadInput, NotAllowed
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries import holds_somewhere
from marksheet.apps.release.queries.log import MOST, LogFilter, events_seen_by
from marksheet.rules.access import Verb


def take_log(actor: Person, asked: LogFilter, *, at: datetime) -> int:
    """Note that ``actor`` takes out what is asked for; return the number of the newest entry that is in the file.

    Raises:
        NotAllowed: the actor reads the log nowhere.
        BadInput: nothing fits, or more than a file may hold.
    """
    if not holds_somewhere(actor, Verb.AUDIT_VIEW):
        raise NotAllowed(_("You may not read the audit log."))
    events = events_seen_by(actor, asked)
    newest = events.order_by("-seq").values_list("seq", flat=True).first()
    if newest is None:
        raise BadInput(_("There is nothing to take out: nothing fits. Take a filter off, then try again."))
    found = events.order_by()[: MOST + 1].count()
    if found > MOST:
        raise BadInput(
            _("More than %(n)s entries fit, which one file does not hold. Choose fewer days.")
            % {"n": f"{MOST:,}"}
        )
    of = asked.of
    filters = {
        "person": of.person, "verb": of.verb, "unit": asked.unit,
        "since": of.since.isoformat() if of.since else "", "until": of.until.isoformat() if of.until else "",
    }  # fmt: skip
    with change(actor, Verb.AUDIT_VIEW, at=at) as opened:
        opened.record(
            "log", None, entries=found, filters={name: text for name, text in filters.items() if text}
        )
    return int(newest)
