"""Take results out as a file: a read that the log remembers, carried out as work, fetched by its asker alone."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from marksheet.apps.ledger.change import change
from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound, WrongState
from marksheet.apps.ledger.models import Work
from marksheet.apps.people.models import Person
from marksheet.apps.release.queries.exports.asked import KEPT, KIND, Asked, export_for
from marksheet.apps.release.queries.exports.selection import MOST_TICKED, Counted, Selection, counted
from marksheet.rules.access import Verb

FILE_TYPES = ("xlsx", "csv")
DECIMAL_SIGNS = (".", ",")
ENCODINGS = ("utf-8-sig", "utf-8", "utf-16")
FORGET = "export-forget"


@dataclass(frozen=True, slots=True)
class Order:
    """How the file is wanted.

    Args:
        format: the name of an export of ``outputs.exports``.
        columns: for visible columns: which, as the page knows them; empty: all.
    """

    format: str
    file_type: str = "xlsx"
    decimal_sign: str = "."
    encoding: str = "utf-8-sig"
    columns: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what no writer can do.

        Raises:
            BadInput: an unknown file type, decimal sign or encoding.
        """
        if (
            self.file_type not in FILE_TYPES
            or self.decimal_sign not in DECIMAL_SIGNS
            or self.encoding not in ENCODINGS
        ):
            raise BadInput(_("Choose a file type, a decimal sign and an encoding from the list."))


def request_export(actor: Person, selection: Selection, order: Order, *, at: datetime) -> Work:
    """Ask for a file of the results of ``selection`` that ``actor`` may take out; return the work that makes it.

    Who asked for what, and how many it was about, is written to the log with it. Rights are checked again when
    the file is written.

    Raises:
        BadInput: nothing was chosen, or too many rows were ticked.
        NotFound: none of the refs is known to this person.
        NotAllowed: the actor sees the results but may not take any of them out; says who can.
    """
    if selection.refs is not None and len(selection.refs) > MOST_TICKED:
        raise BadInput(
            _("At most %(n)s rows can be ticked for one file. Export the whole list instead.")
            % {"n": f"{MOST_TICKED:,}"}
        )
    count = counted(actor, selection, at)
    refuse_nothing(selection, count)
    with change(actor, Verb.RESULT_EXPORT, at=at) as opened:
        stored = selection.to_json()
        work = opened.queue(
            KIND,
            f"{KIND}:{opened.event_id}",
            {
                "selection": stored,
                "order": asdict(order) | {"columns": list(order.columns)},
                "language": get_language() or "en",
                "counted": count.taken,
            },
            total=count.taken,
        )
        opened.queue(FORGET, f"{FORGET}:{opened.event_id}", {"export": work.ref}, run_after=at + KEPT)
        asked = dict(stored["asked"])
        text = str(asked.pop("text", ""))
        opened.record(
            "export", work.pk, schedule_id=count.schedules[0] if len(count.schedules) == 1 else None,
            private={"filter": text}, did="asked", source=str(selection.source), format=order.format,
            file_type=order.file_type, rows=count.taken, filters=asked, ticked=len(selection.refs or ()),
            schedules=list(count.schedules[:500]),
        )  # fmt: skip
        opened.lines(("schedule", key, {"export": order.format}) for key in count.schedules)
    return work


def refuse_nothing(selection: Selection, count: Counted) -> None:
    """Say why there is nothing to export, if there is nothing."""
    if count.taken:
        return
    if count.elsewhere:
        raise NotAllowed(_("You may see this but not take it out as a file."), helpers=list(count.helpers))
    if selection.refs:
        raise NotFound(_("There is no such result."))
    raise BadInput(_("There is nothing to export: nothing fits. Take a filter off, then try again."))


def fetch_export(actor: Person, ref: str, *, at: datetime) -> Asked:
    """Return an export whose file ``actor`` is about to fetch; that it is fetched is logged.

    Raises:
        NotFound: there is no such export of the actor's.
        WrongState: it is not finished, or its file was thrown away.
    """
    found = export_for(actor, ref, at)
    if found.state == "expired":
        raise WrongState(_("This file was kept for seven days and is thrown away. Export again."))
    if found.state != "done":
        raise WrongState(_("This file is not finished yet."))
    with change(actor, Verb.RESULT_EXPORT, at=at) as opened:
        opened.record("export", found.work.pk, did="fetched", sha256=found.file.get("sha256", ""))
    return found
