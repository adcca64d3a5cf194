"""Where publications stand, and what a finished one did: progress, receipt, messages."""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q

from marksheet.apps.ledger.errors import NotFound
from marksheet.apps.ledger.models import Work
from marksheet.apps.people.models import Person
from marksheet.apps.release.models import Publication, PublicationRow, PublicationState
from marksheet.apps.release.queries.frozen import next_rows
from marksheet.apps.results.models import Result, ResultVersion
from marksheet.apps.results.queries.sight import (
    results_seen_by,
    schedules_with_results_seen_by,
)


def publication_for(person: Person, ref: str) -> Publication:
    """Return the publication named ``ref``: its publisher's, or once committed of whoever sees its schedules.

    Raises:
        NotFound: there is none, or it is hidden from this person.
    """
    found = Publication.objects.filter(ref=ref).first()
    if found is not None and found.publisher_id == person.pk:
        return found
    if found is not None and found.committed_at is not None:
        seen = schedules_with_results_seen_by(person).values("pk")
        if ResultVersion.objects.filter(publication_id=found.pk, schedule__in=seen).exists():
            return found
    raise NotFound("There is no such publication.")


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


def receipt_rows(
    person: Person, publication: Publication, *, after: int = 0, size: int = 200
) -> list[ResultVersion]:
    """Return the next versions that this publication brought into force, by name, as far as ``person`` sees them.

    Args:
        after: the key of the last version of the page before.
    """
    # Its publisher too: what was published stays readable only while the right to see lasts.
    rows = ResultVersion.objects.filter(publication_id=publication.pk, result__in=results_seen_by(person))
    if last := rows.filter(pk=after).values_list("result__sort_name", flat=True).first():
        rows = rows.filter(Q(result__sort_name__gt=last) | Q(result__sort_name=last, pk__gt=after))
    skipped = PublicationRow.objects.filter(publication=publication, result=OuterRef("result")).exclude(
        skipped=""
    )
    return list(
        rows.filter(~Exists(skipped))
        .select_related("result", "schedule")
        .order_by("result__sort_name", "pk")[:size]
    )


def skipped_rows(publication: Publication, *, most: int = 500) -> list[PublicationRow]:
    """Return the rows that were left out because a colleague was faster."""
    rows = PublicationRow.objects.filter(publication=publication).exclude(skipped="")
    return list(rows.select_related("result").order_by("result__sort_name")[:most])


@dataclass(frozen=True, slots=True)
class PublicationLine:
    """One publication in a person's list: what it was of, and in which zone its moments are told."""

    publication: Publication
    titles: tuple[str, ...]
    timezone: str


def publications_of(person: Person, *, most: int = 100) -> list[PublicationLine]:
    """Return what ``person`` published, newest first, so that a receipt can be found again; two statements."""
    mine = list(
        Publication.objects.filter(publisher=person).exclude(state="draft").order_by("-created_at")[:most]
    )
    found: dict[int, list[tuple[str, str]]] = {}
    schedules = (
        PublicationRow.objects.filter(publication__in=mine)
        .order_by("result__schedule__title")
        .values_list("publication_id", "result__schedule__title", "result__schedule__timezone")
        .distinct()
    )
    for key, title, zone in schedules:
        found.setdefault(key, []).append((title, zone))
    return [
        PublicationLine(
            one, tuple(title for title, _ in found.get(one.pk, [])), found.get(one.pk, [("", "UTC")])[0][1]
        )
        for one in mine
    ]


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


@dataclass(frozen=True, slots=True)
class Part:
    """One schedule's part in a publication."""

    title: str
    code: str
    timezone: str
    n: int


def parts_of(publication: Publication) -> list[Part]:
    """Return the schedules of a publication with the number of results of each, by title."""
    rows = ResultVersion.objects.filter(publication_id=publication.pk).order_by()
    names = ("schedule__title", "schedule__code", "schedule__timezone")
    counted = rows.values_list(*names).annotate(n=Count("id")).values_list(*names, "n")
    return [Part(*line) for line in sorted(counted)]


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
    return list(rows.order_by("sort_name", "pk"))
