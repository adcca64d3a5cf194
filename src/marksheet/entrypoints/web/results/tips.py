"""Tips above the list: what is in the way at a schedule, with a link to exactly those rows."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marksheet.apps.results.queries.by_schedule import ScheduleLine
from marksheet.entrypoints.web.results.asked import Asked
from marksheet.entrypoints.web.results.words import listed

IN_THE_WAY = ("moderation", "not-ready", "withheld", "not-submitted", "expected")
MOST = 2


@dataclass(frozen=True, slots=True)
class Tip:
    """One schedule's tip: what it says, how many rows are meant, where they are."""

    title: str
    words: str
    count: int
    query: str


def in_the_way(line: ScheduleLine) -> int:
    """Return how many results of a schedule cannot be published yet."""
    return sum(line.counts.get(bucket, 0) for bucket in IN_THE_WAY)


def ready_words(line: ScheduleLine) -> str:
    """Return *312 of 340 are ready*."""
    return ngettext("%(n)d of %(all)d is ready", "%(n)d of %(all)d are ready", line.ready) % {
        "n": line.ready,
        "all": line.everybody,
    }


def obstacle_words(line: ScheduleLine) -> str:
    """Return *6 are in moderation, 2 withheld, 17 not submitted by their markers*; empty when nothing is."""
    n = line.counts
    parts = [
        ngettext("%(n)d is published", "%(n)d are published", n.get("published", 0)),
        ngettext("%(n)d is in moderation", "%(n)d are in moderation", n.get("moderation", 0)),
        ngettext("%(n)d is not ready", "%(n)d are not ready", n.get("not-ready", 0)),
        _("%(n)d withheld"),
        _("%(n)d not submitted by their markers"),
        ngettext("%(n)d has handed nothing in", "%(n)d have handed nothing in", n.get("expected", 0)),
    ]
    buckets = ("published", "moderation", "not-ready", "withheld", "not-submitted", "expected")
    said = [words % {"n": n[bucket]} for bucket, words in zip(buckets, parts, strict=True) if n.get(bucket)]
    return listed(said, most=len(buckets))


def tips_for(lines: Sequence[ScheduleLine], asked: Asked, *, most: int = MOST) -> tuple[list[Tip], int]:
    """Return a tip for each schedule where something is in the way, at most ``most``, and how many more there are."""
    found = []
    for line in lines:
        count = in_the_way(line)
        if not count or not (line.waiting or line.counts.get("not-submitted")):
            continue
        states = [bucket for bucket in IN_THE_WAY if line.counts.get(bucket)]
        found.append(
            Tip(
                title=line.schedule.title,
                words=f"{ready_words(line)}. {obstacle_words(line)}.",
                count=count,
                query=asked.query(
                    schedule=line.schedule.ref, state=states, by="candidate", show=None, q=None
                ),
            )
        )
    return found[:most], max(0, len(found) - most)
