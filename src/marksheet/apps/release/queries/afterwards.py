"""What showing, hiding or retracting published results would mean, before it is done."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from marksheet.apps.exams.queries.anonymity import veil_over
from marksheet.apps.ledger.models import Work
from marksheet.apps.people.models import Person
from marksheet.apps.release.models import Publication, Viewing
from marksheet.apps.results.models import Result, ResultVersion
from marksheet.apps.results.queries.sight import published_seen_by, results_published_by, results_seen_by
from marksheet.rules.publication import ShowResults

SLICE = 5_000


@dataclass(frozen=True, slots=True)
class Effect:
    """The results meant, and what candidates see and were told of them.

    Args:
        refs: all of them, in order of keys; ``names`` the first few.
        shown: how many candidates can see theirs now; ``hidden`` how many cannot.
        never: titles of schedules whose results are never disclosed.
        shown_with_address, hidden_with_address: how many of those can be told by mail; void ones are not.
        mailed: how many were sent a message for the version in force, as far as is known.
        seen: how many have opened theirs: any disclosure of the version in force.
        void: how many of the published ones are void.
    """

    refs: tuple[str, ...]
    names: tuple[str, ...]
    published: int
    shown: int
    never: tuple[str, ...]
    shown_with_address: int
    hidden_with_address: int
    mailed: int
    seen: int
    void: int

    @property
    def total(self) -> int:
        """How many results are meant."""
        return len(self.refs)

    @property
    def hidden(self) -> int:
        """How many published ones their candidates cannot see."""
        return self.published - self.shown


def effect_on(person: Person, refs: Sequence[str]) -> Effect:
    """Return what an act on the results named ``refs`` would touch, as far as ``person`` sees them."""
    rows = Result.objects.filter(
        Q(pk__in=results_seen_by(person).filter(ref__in=list(refs)).values("pk"))
        | Q(pk__in=published_seen_by(person).filter(ref__in=list(refs)).values("pk"))
    )
    found = list(
        rows.order_by("pk").values_list(
            "ref", "name", "number", "in_force_id", "shown_to_candidate", "person__email", "title",
            "schedule__show_results", "in_force__outcome", "schedule_id", "script_code",
        )
    )  # fmt: skip
    shown = [row for row in found if row[4]]
    codes = veil_over(person).codes
    hidden = [row for row in found if row[3] and not row[4]]
    return Effect(
        refs=tuple(row[0] for row in found),
        names=tuple(row[10] if row[9] in codes else f"{row[1]} ({row[2]})" for row in found[:8]),
        published=sum(row[3] is not None for row in found),
        shown=len(shown),
        never=tuple(sorted({row[6] for row in found if row[7] == ShowResults.NEVER})),
        shown_with_address=sum(bool(row[5]) and row[8] != "void" for row in shown),
        hidden_with_address=sum(bool(row[5]) and row[8] != "void" for row in hidden),
        mailed=_mailed([row[3] for row in found if row[3]]),
        seen=_seen([row[3] for row in found if row[3]]),
        void=sum(row[8] == "void" for row in found),
    )


def _mailed(versions: Sequence[int]) -> int:
    count = 0
    for start in range(0, len(versions), SLICE):
        keys = [f"mail:result-available:{key}" for key in versions[start : start + SLICE]]
        count += Work.objects.filter(key__in=keys, state="done", outcome__fate="sent").count()
    return count


def _seen(versions: Sequence[int]) -> int:
    count = 0
    for start in range(0, len(versions), SLICE):
        seen = Viewing.objects.filter(disclosure__version__in=versions[start : start + SLICE])
        count += seen.aggregate(n=Count("disclosure__version", distinct=True))["n"]
    return count


def refs_published_by(person: Person, publication: Publication) -> list[str]:
    """Return the results whose versions in force came from this publication, as far as ``person`` publishes there."""
    published = ResultVersion.objects.filter(publication_id=publication.pk).values("result_id")
    rows: QuerySet[Result] = Result.objects.filter(pk__in=published, in_force__publication_id=publication.pk)
    seen = rows.filter(pk__in=results_published_by(person).values("pk"))
    return list(seen.order_by("pk").values_list("ref", flat=True))
