"""Keep a comment for a part, or forget one: a marker's own."""

from datetime import datetime

from django.utils.translation import gettext as _

from marksheet.apps.exams.queries.paper import paper_of
from marksheet.apps.ledger.change import draft
from marksheet.apps.ledger.errors import BadInput, NotFound
from marksheet.apps.marking.models import StockComment
from marksheet.apps.marking.queries.assess import assessed_for
from marksheet.apps.people.models import Person

MOST = 50
LONGEST = 500


def keep_comment(person: Person, schedule_ref: str, part_ref: str, text: str, *, at: datetime) -> None:
    """Keep a comment for a part, to be inserted again; one that is kept already stays once.

    It is a tool of one marker, no part of anybody's work, so the log does not tell of it.

    Raises:
        NotFound: schedule or part is hidden from the person.
        BadInput: it is blank or too long, or there are fifty already.
    """
    schedule = assessed_for(person, schedule_ref)
    parts = paper_of(schedule.version_id, schedule.key_version_id).human_parts
    part = next((one for one in parts if one.ref == part_ref), None)
    if part is None:
        raise NotFound(_("There is no such part in this paper."))
    words = " ".join(text.replace("\x00", "").split())
    if not words:
        raise BadInput(_("Write feedback first: it is what is kept as a comment."))
    if len(words) > LONGEST:
        raise BadInput(
            _("A comment that is kept has at most %(most)s characters; this one has %(n)s.")
            % {"most": LONGEST, "n": len(words)}
        )
    rows = StockComment.objects.filter(person=person, part=part.id)
    with draft():
        if rows.filter(text=words).exists():
            return
        if rows.count() >= MOST:
            raise BadInput(
                _("You keep %(most)s comments for this question. Forget one first.") % {"most": MOST}
            )
        StockComment.objects.get_or_create(person=person, part_id=part.id, text=words, defaults={"at": at})


def forget_comment(person: Person, ref: str) -> None:
    """Forget one of the person's own comments; what was inserted stays where it is."""
    keys = list(StockComment.objects.filter(person=person, ref=ref).values_list("pk", flat=True))
    with draft():
        StockComment.objects.filter(pk__in=keys).delete()
