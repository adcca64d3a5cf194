"""Receipts of publications: which of them somebody finds, and which of their rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from marksheet.apps.exams.models import Schedule
from marksheet.apps.exams.queries.anonymity import through, veil_over
from marksheet.apps.ledger.errors import BadInput
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries import candidate_units_of, nodes_where
from marksheet.apps.release.models import Publication, PublicationRow, PublicationState
from marksheet.apps.results.models import ResultVersion
from marksheet.apps.results.queries.reports import SIGHT as REPORTS_SIGHT
from marksheet.apps.results.queries.sight import FEW, by_who, results_seen_by
from marksheet.apps.results.queries.sight import SIGHT as RESULTS_SIGHT


def versions_seen_by(person: Person) -> QuerySet[ResultVersion]:
    """Return the published versions of results that ``person`` sees: on Results, or in Reports while in force.

    Never of a result of their own. A version counts here whether it still holds or not.
    """
    return through(person, ResultVersion.objects.filter(_seen(person)).exclude(result__person=person))


def _seen(person: Person) -> Q:
    # Sight is resolved first, as in ``published_seen_by``: told of a few schedules, the database enters by them.
    here = _at(person, RESULTS_SIGHT)
    here |= _at(person, REPORTS_SIGHT) & Q(result__in_force__isnull=False)
    homes = candidate_units_of(person)
    if homes.exists():
        # Among codes, those of one unit would say where they come from.
        open_to = ~Q(schedule__in=veil_over(person).codes)
        here |= Q(result__home_id__in=homes, result__in_force__isnull=False) & open_to
    return here


def _at(person: Person, verbs: tuple[str, ...]) -> Q:
    nodes = nodes_where(person, *verbs)
    few = list(Schedule.objects.filter(node_id__in=nodes).values_list("pk", flat=True)[: FEW + 1])
    return Q(schedule__in=few) if len(few) <= FEW else Q(schedule__node_id__in=nodes)


def publications_seen_by(person: Person, *, schedule: str = "") -> QuerySet[Publication]:
    """Return the publications that ``person`` finds: their own, and committed ones of results that they see.

    Args:
        schedule: the ref of a schedule; only those with results of it.
    """
    return _publications(person, versions_seen_by(person), schedule)


def _publications(person: Person, seen: QuerySet[ResultVersion], schedule: str) -> QuerySet[Publication]:
    rows = PublicationRow.objects.filter(publication=OuterRef("pk"))
    if schedule:
        seen = seen.filter(schedule__ref=schedule)
        rows = rows.filter(result__schedule__ref=schedule)
    own = Q(publisher=person) & ~Q(state=PublicationState.DRAFT)
    return Publication.objects.filter(
        (own & Q(Exists(rows))) | Q(pk__in=seen.values("publication_id"), committed_at__isnull=False)
    )


def schedules_told_of(person: Person) -> QuerySet[Schedule]:
    """Return the schedules whose publications ``person`` finds."""
    return Schedule.objects.filter(pk__in=versions_seen_by(person).values("schedule"))


@dataclass(frozen=True, slots=True)
class Since:
    """What became of the versions that a publication brought into force; counts of what one person sees.

    Args:
        in_force: how many still hold.
        retracted: out of force, with nothing in their place.
        replaced: followed by a version of a later publication.
        hidden: in force, shown to their candidates by the publication, and not shown now.
        shown: the other way round: shown later than published.
    """

    in_force: int = 0
    retracted: int = 0
    replaced: int = 0
    hidden: int = 0
    shown: int = 0

    @property
    def gone(self) -> bool:
        """Whether nothing of it is in force any more."""
        return not self.in_force and bool(self.retracted or self.replaced)


def since_published(person: Person, publications: Iterable[Publication]) -> dict[int, Since]:
    """Return key -> what became of each publication's versions, as far as ``person`` sees them."""
    return _since(versions_seen_by(person), publications)


def _since(seen: QuerySet[ResultVersion], publications: Iterable[Publication]) -> dict[int, Since]:
    shows = {one.pk: frozenset(one.shows) for one in publications if one.committed_at}
    found: dict[int, dict[str, int]] = {key: {} for key in shows}
    rows = seen.filter(~Exists(_skipped()), publication_id__in=shows).order_by()
    names = ("publication_id", "schedule_id", "holds", "none", "result__shown_to_candidate")
    for key, schedule, holds, none, shown, n in (
        rows.annotate(holds=Q(result__in_force=F("pk")), none=Q(result__in_force__isnull=True))
        .values_list(*names)
        .annotate(n=Count("id"))
        .values_list(*names, "n")
    ):
        then = schedule in shows[key]
        words = ["in_force"] if holds else ["retracted"] if none else ["replaced"]
        if holds and shown != then:
            words.append("shown" if shown else "hidden")
        for word in words:
            found[key][word] = found[key].get(word, 0) + n
    return {key: Since(**counts) for key, counts in found.items()}


@dataclass(frozen=True, slots=True)
class PublicationLine:
    """One publication in a person's list: what it was of, and in which zone its moments are told.

    ``n`` counts its results: of one's own all, of others' those that are seen. ``at`` is when it was published, or
    else asked for. ``since`` is what became of them.
    """

    publication: Publication
    titles: tuple[str, ...]
    timezone: str
    n: int
    own: bool
    at: datetime
    since: Since


@dataclass(frozen=True, slots=True)
class PublicationPage:
    """One page of publications; ``next`` is the key to go on from, 0 on the last."""

    lines: list[PublicationLine]
    next: int


def publication_page(
    person: Person, *, schedule: str = "", after: int = 0, size: int = 25
) -> PublicationPage:
    """Return the publications that ``person`` finds, the last published first; a constant number of statements.

    One that is not committed stands where it was asked for.

    Args:
        schedule: as for ``publications_seen_by``.
        after: the key of the last one of the page before; 0 for the first.

    Raises:
        BadInput: ``after`` is none of them.
    """
    seen = versions_seen_by(person)
    found = _publications(person, seen, schedule).annotate(
        moment=Coalesce("committed_at", "requested_at", "created_at")
    )
    if after:
        last = found.filter(pk=after).values_list("moment", flat=True).first()
        if last is None:
            raise BadInput(_("This page of the list is not known. Start at the first page."))
        found = found.filter(Q(moment__lt=last) | Q(moment=last, pk__lt=after))
    some = list(found.order_by("-moment", "-pk")[: size + 1])
    lines = _lines(person, seen, some[:size])
    return PublicationPage(lines, some[size - 1].pk if len(some) > size else 0)


def _lines(
    person: Person, seen: QuerySet[ResultVersion], some: Sequence[Publication]
) -> list[PublicationLine]:
    own = {one.pk for one in some if one.publisher_id == person.pk}
    told: dict[int, list[tuple[str, str]]] = {}
    counts: dict[int, int] = {}
    mine = PublicationRow.objects.filter(publication__in=own).values_list(
        "publication_id", "result__schedule__title", "result__schedule__timezone"
    )
    others = (
        seen.filter(publication_id__in=[one.pk for one in some if one.pk not in own])
        .filter(~Exists(_skipped()))
        .values_list("publication_id", "schedule__title", "schedule__timezone")
    )
    for rows in (mine, others):
        for key, title, zone, n in rows.order_by().annotate(n=Count("id")):
            told.setdefault(key, []).append((title, zone))
            counts[key] = counts.get(key, 0) + n
    since = _since(seen, some)
    lines = []
    for one in some:
        titles = sorted(told.get(one.pk, []))
        n = (
            one.published
            if one.pk in own and one.state == PublicationState.COMMITTED
            else counts.get(one.pk, 0)
        )
        lines.append(
            PublicationLine(
                one,
                titles=tuple(title for title, _zone in titles),
                timezone=titles[0][1] if titles else "UTC",
                n=n,
                own=one.pk in own,
                at=one.committed_at or one.requested_at or one.created_at,
                since=since.get(one.pk, Since()),
            )
        )
    return lines


def _skipped() -> QuerySet[PublicationRow]:
    """The rows of a version's publication that were left out because a colleague was faster."""
    rows = PublicationRow.objects.filter(publication=OuterRef("publication_id"), result=OuterRef("result"))
    return rows.exclude(skipped="")


def receipt_rows(
    person: Person, publication: Publication, *, after: int = 0, size: int = 200
) -> list[ResultVersion]:
    """Return the next versions that this publication brought into force, by name, as far as ``person`` sees them.

    Args:
        after: the key of the last version of the page before.
    """
    # Its publisher too: what was published stays readable only while the right to see lasts.
    rows = _brought(person, publication).annotate(who=by_who(person, "result__"))
    if last := rows.filter(pk=after).values_list("who", flat=True).first():
        rows = rows.filter(Q(who__gt=last) | Q(who=last, pk__gt=after))
    return list(rows.select_related("result", "schedule").order_by("who", "pk")[:size])


def _brought(person: Person, publication: Publication) -> QuerySet[ResultVersion]:
    return versions_seen_by(person).filter(~Exists(_skipped()), publication_id=publication.pk)


def skipped_rows(person: Person, publication: Publication, *, most: int = 500) -> list[PublicationRow]:
    """Return the rows that were left out because a colleague was faster, as far as ``person`` sees them."""
    rows = PublicationRow.objects.filter(publication=publication).exclude(skipped="")
    rows = rows.filter(result__in=results_seen_by(person))
    rows = rows.select_related("result").order_by(by_who(person, "result__"))
    return list(through(person, rows)[:most])


@dataclass(frozen=True, slots=True)
class Part:
    """One schedule's part in a publication."""

    title: str
    code: str
    timezone: str
    n: int


def parts_of(person: Person, publication: Publication) -> list[Part]:
    """Return the schedules of a publication with how many of its results ``person`` sees of each, by title."""
    names = ("schedule__title", "schedule__code", "schedule__timezone")
    rows = _brought(person, publication).order_by().values_list(*names)
    return [Part(*line) for line in sorted(rows.annotate(n=Count("id")).values_list(*names, "n"))]


def receipts_of(publications: Iterable[int]) -> dict[int, str]:
    """Return key -> ref of the publications that brought versions into force which were read for somebody.

    Who sees the result of a version finds the receipt of its publication.
    """
    found = Publication.objects.filter(pk__in=set(publications), committed_at__isnull=False)
    return dict(found.values_list("pk", "ref"))
