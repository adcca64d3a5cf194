"""What is to be exported, as the lists send it: ticked rows, all that match, or the whole list."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from django.http import QueryDict
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from marksheet.apps.ledger.errors import BadInput
from marksheet.apps.people.queries import Person, preference
from marksheet.apps.release.queries.exports.selection import Asked, Selection, Source
from marksheet.entrypoints.web.audit.asked import asked as asked_of_audit
from marksheet.entrypoints.web.coordinator import columns as coordinating
from marksheet.entrypoints.web.reports.asked import asked as asked_of_reports
from marksheet.entrypoints.web.results.asked import asked as asked_of_results
from marksheet.entrypoints.web.results.columns import KEY, choice_from
from marksheet.outputs.exports import Export

LISTS: Mapping[str, str] = {
    Source.RESULTS: "results:list",
    Source.REPORTS: "reports:candidates",
    Source.AUDIT: "audit:list",
    Source.SCHEDULES: "reports:schedules",
    Source.ASSESSMENTS: "reports:assessments",
    Source.COORDINATION: "coordinator:list",
    Source.FINISHED: "audit:list",
    Source.MARKING: "coordinator:list",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list sent, and the selections among which its reader chooses.

    Args:
        ways: ``ticked``, ``ready`` (all ready that match) and ``list``, as far as they are offered; the
            first is chosen unless another is.
        carried: hidden fields that bring all of it back with the form.
    """

    source: Source
    ways: Mapping[str, Selection]
    carried: Mapping[str, str]
    back: str
    columns: tuple[str, ...]

    def for_format(self, export: Export, way: str) -> Selection:
        """Return what a format takes of a way: on the list of Audit, the list as shown is its schedules."""
        selection = self.ways.get(way) or next(iter(self.ways.values()))
        if export.as_shown and selection.lists_schedules:
            return replace(selection, source=Source.FINISHED)
        return selection


def wanted(person: Person, given: QueryDict, *, at: datetime) -> Wanted:
    """Read what a list sent: ``source``, ``query``, ``selected`` or ``refs``, ``all_matching``, ``back``.

    Raises:
        BadInput: there is no such list, or its filters cannot be read.
    """
    source = _source(given.get("source", "") or Source.RESULTS)
    query = given.get("query", "") if "query" in given else given.urlencode()
    refs = tuple(dict.fromkeys(given.getlist("selected") or filter(None, given.get("refs", "").split(","))))
    back = _back(given, source, query)
    all_of = _whole_list(person, source, query, back, at)
    ways: dict[str, Selection] = {}
    ready = source is Source.RESULTS and bool(given.get("all_matching"))
    if refs and not given.get("all_matching") and not (all_of.in_numbers or all_of.preliminary):
        ways["ticked"] = replace(all_of, refs=refs)
    if ready:
        ways["ready"] = replace(all_of, ready_only=True)
    ways["list"] = all_of
    return Wanted(
        source,
        ways,
        {
            "source": str(source),
            "query": query,
            "refs": ",".join(refs),
            "all_matching": "1" if given.get("all_matching") else "",
            "list": given.get("list", "")[:60],
            "back": back,
        },
        back,
        _columns(person, source),
    )


def _columns(person: Person, source: Source) -> tuple[str, ...]:
    """Return the columns that the reader chose on the page; empty where all are shown."""
    if source is Source.RESULTS:
        return tuple(column.key for column in choice_from(preference(person, KEY)).shown)
    return tuple(one.key for one in coordinating.shown_to(person)) if source is Source.COORDINATION else ()


def _source(word: str) -> Source:
    try:
        return Source(word)
    except ValueError:
        raise BadInput(_("There is no list called “%(name)s”.") % {"name": word[:40]}) from None


def _whole_list(person: Person, source: Source, query: str, back: str, at: datetime) -> Selection:
    if source is Source.RESULTS:
        sort = choice_from(preference(person, KEY)).sort
        return Selection(source, criteria=asked_of_results(QueryDict(query), sort=sort, at=at).criteria)
    if source in (Source.SCHEDULES, Source.ASSESSMENTS):
        return Selection(source, asked=asked_of_reports(QueryDict(query), sort="-opens", at=at))
    given = QueryDict(query)
    if source is Source.COORDINATION:
        search, status = coordinating.asked(given)
        return Selection(source, asked=Asked(text=search, status=status))
    if source is Source.MARKING:
        return Selection(source, asked=Asked(schedules=tuple(given.getlist("schedule")[:1])))
    if source is Source.FINISHED or (source is Source.AUDIT and not given.getlist("schedule")):
        return Selection(
            source, asked=replace(asked_of_audit(given, sort=given.get("sort") or "-opens"), at=at)
        )
    found: Asked = asked_of_reports(given)
    if source is Source.REPORTS:
        sorted_by = asked_of_reports(QueryDict(urlsplit(back).query)).sort
        found = replace(found, sort=sorted_by if sorted_by.removeprefix("-") != "opens" else "name")
    return Selection(source, asked=found)


def _back(given: QueryDict, source: Source, query: str) -> str:
    asked = given.get("back", "")
    if asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None):
        return asked
    if source is Source.RESULTS and query:
        kept = asked_of_results(QueryDict(query)).query()
        return reverse(LISTS[source]) + (f"?{kept}" if kept else "")
    return reverse(LISTS[source])
