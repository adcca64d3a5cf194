"""Page through candidates by name: the address says after, or before, whom a page begins."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from marksheet.apps.exams.queries.schedules import Enrolment


@dataclass(frozen=True, slots=True)
class Place:
    """One page of candidates, and where the neighbours begin (None: there is none)."""

    rows: list[Enrolment]
    total: int
    following: dict[str, str] | None
    previous: dict[str, str] | None


def paged(rows: QuerySet[Enrolment], request: HttpRequest, *, size: int) -> Place:
    """Return the page of ``rows`` (by name) that the address asks for; a stranger's ref begins anew."""
    column = str(rows.query.order_by[0])
    after = rows.filter(ref=request.GET.get("after", "")[:32]).first() if "after" in request.GET else None
    before = rows.filter(ref=request.GET.get("before", "")[:32]).first() if "before" in request.GET else None
    if before is not None:
        name = getattr(before, column)
        earlier = Q(**{f"{column}__lt": name}) | Q(**{column: name}, pk__lt=before.pk)
        found = list(rows.filter(earlier).order_by(f"-{column}", "-id")[: size + 1])
        more_before, more_after = len(found) > size, True
        page = found[:size][::-1]
    else:
        if after is not None:
            name = getattr(after, column)
            later = Q(**{f"{column}__gt": name}) | Q(**{column: name}, pk__gt=after.pk)
            found = list(rows.filter(later)[: size + 1])
        else:
            found = list(rows[: size + 1])
        more_before, more_after = after is not None, len(found) > size
        page = found[:size]
    return Place(
        rows=page,
        total=rows.count(),
        following={"after": page[-1].ref} if more_after and page else None,
        previous={"before": page[0].ref} if more_before and page else None,
    )
