"""Where publications stand: who sees one, its progress, its messages."""

from dataclasses import dataclass

from django.db.models import Count

from marksheet.apps.ledger.errors import NotFound
from marksheet.apps.ledger.models import Work
from marksheet.apps.people.models import Person
from marksheet.apps.release.models import Publication, PublicationRow, PublicationState
from marksheet.apps.release.queries.frozen import next_rows
from marksheet.apps.release.queries.receipts import publications_seen_by
from marksheet.apps.results.models import Result
from marksheet.apps.results.queries.sight import by_who, results_seen_by


def publication_for(person: Person, ref: str) -> Publication:
    """Return the publication named ``ref``: their own, or once committed one of results that ``person`` sees.

    Raises:
        NotFound: there is none, or it is hidden from this person.
    """
    found = Publication.objects.filter(ref=ref).first()
    if found is None or found.publisher_id != person.pk:
        found = publications_seen_by(person).filter(ref=ref).first()
    if found is None:
        raise NotFound("There is no such publication.")
    return found


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a publication is."""

    state: str
    prepared: int
    total: int
    to_prepare: bool

    @property
    def goes_on(self) -> bool:
        """Whether it is still to be carried out: begun, and neither stopped, failed nor committed."""
        return self.state == PublicationState.PREPARING


def progress_of(ref: str) -> Progress:
    """Return how far the publication named ``ref`` is, for the worker and for its progress page."""
    found = Publication.objects.filter(ref=ref).first()
    if found is None:
        raise NotFound("There is no such publication.")
    return Progress(str(found.state), found.prepared, found.total, bool(next_rows(found, 1)))


@dataclass(frozen=True, slots=True)
class MailCounts:
    """How the messages of a publication stand: waiting, sent, not sent after all, parked for a person to look at."""

    waiting: int = 0
    sent: int = 0
    not_sent: int = 0
    parked: int = 0

    @property
    def asked(self) -> int:
        """How many there are; none while they are still being made ready."""
        return self.waiting + self.sent + self.not_sent + self.parked


def mails_of(publication: Publication) -> MailCounts:
    """Return how the messages of a publication stand; one statement."""
    counts: dict[str, int] = {}
    rows = Work.objects.filter(kind="mail", group=publication.ref)
    for state, fate, n in (
        rows.order_by()
        .values_list("state", "outcome__fate")
        .annotate(n=Count("id"))
        .values_list("state", "outcome__fate", "n")
    ):
        word = (
            "parked"
            if state == "parked"
            else "waiting"
            if state != "done"
            else "sent"
            if fate == "sent"
            else "not"
        )
        counts[word] = counts.get(word, 0) + n
    return MailCounts(
        counts.get("waiting", 0), counts.get("sent", 0), counts.get("not", 0), counts.get("parked", 0)
    )


def named_in(publication: Publication) -> list[str]:
    """Return title and code of each schedule whose results were chosen, published or not, by title."""
    rows = PublicationRow.objects.filter(publication_id=publication.pk).order_by()
    names = rows.values_list("result__schedule__title", "result__schedule__code").distinct()
    return [f"{title} · {code}" for title, code in sorted(names)]


def opened_by(publication: Publication) -> bool:
    """Return whether a publication opened results to their candidates."""
    return bool(publication.shows)


def changed_rows(person: Person, publication: Publication, *, most: int = 50) -> list[Result]:
    """Return the results because of which a publication failed, as far as ``person`` sees them, by name."""
    keys = list(publication.problem.get("changed", []))[:most]
    rows = results_seen_by(person).filter(pk__in=keys).select_related("schedule", "unit")
    return list(rows.order_by(by_who(person), "pk"))
