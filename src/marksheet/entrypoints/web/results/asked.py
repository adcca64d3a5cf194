"""What is asked of the Results tab: read from an address, written back into one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.http import QueryDict
from django.utils.translation import gettext as _

from marksheet.apps.ledger.errors import BadInput
from marksheet.apps.results.queries.finder import SORTS, Criteria
from marksheet.entrypoints.shared.asking import day, known_word, millionths

VIEWS = ("candidate", "schedule")
SHOWS = ("all", "mine", "not-mine", "published")
OUTCOMES = ("passed", "failed", "void")
# Parameters of the address that narrow the list, in the order of the form.
MANY = ("schedule", "assessment", "unit", "state", "outcome", "marked_by")
ONE = (
    "q", "show", "from", "until", "grade", "percent_from", "percent_until", "score_from", "score_until",
)  # fmt: skip
PLACES = ("by", "sort", "after")


@dataclass(frozen=True, slots=True)
class Asked:
    """One view of the tab: the values as they stand in the address, and the criteria they mean."""

    values: Mapping[str, tuple[str, ...]]
    criteria: Criteria
    by: str
    after: str
    start: int

    def query(self, **changes: str | Sequence[str] | None) -> str:
        """Return the address's query with some values changed and paging begun anew; None leaves one out."""
        found = QueryDict(mutable=True)
        for name, values in self.values.items():
            if name not in changes and name != "after":
                found.setlist(name, list(values))
        for name, value in changes.items():
            if value:
                found.setlist(name, [value] if isinstance(value, str) else list(value))
        return found.urlencode()

    def without(self, name: str, value: str) -> str:
        """Return the query without one value of a filter that can have several."""
        return self.query(**{name: [each for each in self.values.get(name, ()) if each != value]})

    @property
    def filters(self) -> str:
        """The query of filters alone: what "all that match" means, wherever on the list one is."""
        return self.query(by=None, sort=None)

    @property
    def key(self) -> str:
        """A short name of the list with its filters, under which the browser keeps what is ticked."""
        return f"results:{sha256(self.filters.encode()).hexdigest()[:10]}"

    @property
    def filtered(self) -> bool:
        """Whether this is not the whole list, which has ticks of its own."""
        return bool(self.filters)

    @property
    def narrowed(self) -> bool:
        """Whether anything at all narrows the list."""
        return any(name in self.values for name in (*MANY, *ONE) if name != "show")


def asked(
    given: QueryDict, *, sort: str = "name", by: str = "candidate", at: datetime | None = None
) -> Asked:
    """Read what is asked from the values of an address.

    Args:
        sort, by: what this person chose last, for an address that says nothing of it.
        at: the moment that decides which schedules are finished, and so not on this tab.

    Raises:
        BadInput: a date, number or word that cannot be read.
    """
    values: dict[str, tuple[str, ...]] = {}
    for name in (*MANY, *ONE, *PLACES):
        found = tuple(dict.fromkeys(text.strip() for text in given.getlist(name) if text.strip()))
        if found:
            values[name] = found if name in MANY else found[-1:]
    one = {name: found[0] for name, found in values.items()}
    wanted = sort if sort.removeprefix("-") in SORTS else "name"
    if "sort" in one:
        known_word(one["sort"].removeprefix("-"), "sort", SORTS)
        wanted = one["sort"]
    for value in values.get("outcome", ()):
        known_word(value, "outcome", OUTCOMES)
    start, after = _place(one.get("after", ""))
    return Asked(
        values=values,
        criteria=_criteria(values, one, wanted, at),
        by=_one_of(one.get("by", by), VIEWS),
        after=after,
        start=start,
    )


def _criteria(
    values: Mapping[str, tuple[str, ...]], one: Mapping[str, str], sort: str, at: datetime | None
) -> Criteria:
    return Criteria(
        text=one.get("q", "")[:200],
        show=_one_of(one.get("show", "all"), SHOWS),
        schedules=values.get("schedule", ()),
        assessments=values.get("assessment", ()),
        units=values.get("unit", ()),
        states=values.get("state", ()),
        outcomes=values.get("outcome", ()),
        grades=tuple(each.strip() for each in one.get("grade", "").split(",") if each.strip()),
        marked_by=values.get("marked_by", ()),
        day_from=day(one.get("from", "")),
        day_until=day(one.get("until", "")),
        percent_from=millionths(one.get("percent_from", ""), least=0, most=100),
        percent_until=millionths(one.get("percent_until", ""), least=0, most=100),
        score_from=millionths(one.get("score_from", "")),
        score_until=millionths(one.get("score_until", "")),
        at=at,
        sort=sort,
    )


def _one_of(value: str, known: Sequence[str]) -> str:
    if value not in known:
        raise BadInput(_("There is no view called “%(name)s”.") % {"name": value[:40]})
    return value


def _place(text: str) -> tuple[int, str]:
    """Read a place in the list: how many rows came before, and the key of the last of them."""
    before, _sign, token = text.partition("~")
    return (int(before), token) if token and before.isdigit() else (0, text)
