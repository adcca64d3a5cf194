"""Take published results out of force again."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from marksheet.apps.ledger.change import change
from marksheet.apps.ledger.errors import WrongState
from marksheet.apps.people.models import Person
from marksheet.apps.release.models import OpeningStatus
from marksheet.apps.release.steps.notices import Mail, queue_mails
from marksheet.apps.release.steps.opening import open_rows
from marksheet.apps.results.actions.standing import reason_given
from marksheet.apps.results.models import ResultVersion
from marksheet.apps.results.steps.choosing import chosen
from marksheet.apps.results.steps.versions import withdraw
from marksheet.rules.access import Verb

WITHDRAWN = "result-withdrawn"


def retract(actor: Person, refs: Sequence[str], *, reason: str, notice: bool = False, at: datetime) -> int:
    """Take the versions in force of these results out of force, with a reason; return how many.

    The results go back to Results, marked *retracted*; candidates who could see them read "withdrawn" at once.
    With ``notice`` those who could see theirs, void ones apart, are told by e-mail; the message contains no result.

    Raises:
        BadInput: no reason.
        WrongState: one of them is not published, or is being published anew at this moment.
    """
    reason = reason_given(reason)
    with change(actor, Verb.RESULT_RETRACT, at=at) as opened:
        rows = chosen(actor, refs, Verb.RESULT_PUBLISH, helper_verb=Verb.SCHEDULE_COORDINATE)
        wrong = [row.name for row in rows if row.in_force_id is None]
        if wrong:
            raise WrongState(
                _("Nothing was retracted: %(names)s is not published.") % {"names": ", ".join(wrong[:5])}
            )
        seen = [row for row in rows if row.shown_to_candidate]
        versions = {row.pk: row.in_force_id for row in rows if row.in_force_id}
        # A void result was no result: nothing is said of it, as nothing was when it was published.
        void = set(
            ResultVersion.objects.filter(pk__in=versions.values(), outcome="void").values_list(
                "result_id", flat=True
            )
        )
        withdraw(opened, rows)
        open_rows(opened, seen, OpeningStatus.WITHDRAWN)
        open_rows(opened, [row for row in rows if not row.shown_to_candidate], OpeningStatus.HIDDEN)
        if notice:
            queue_mails(
                opened,
                (
                    Mail(
                        f"mail:{WITHDRAWN}:{versions[row.pk]}",
                        row.person_id,
                        {"notice": WITHDRAWN, "result": row.ref},
                    )
                    for row in seen
                    if row.pk not in void
                ),
                group=f"retract:{opened.event_id}",
            )
        opened.lines(("result", row.pk, {"withdrawn": versions[row.pk]}) for row in rows)
        opened.record(
            "schedule", rows[0].schedule_id, schedule_id=rows[0].schedule_id, private={"reason": reason},
            retracted=len(rows), notice=notice,
        )  # fmt: skip
        return len(rows)
