"""What is asked of the Results tab: read from an address, written back into one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from typing import TypeVar

from django.http import QueryDict
from django.utils.translation import gettext as _

from marksheet.apps.ledger.errors import BadInput
from marksheet.apps.results.queries.finder import SORTS, Criteria
from marksheet.entrypoints.shared.asking import day, known_word, millionths
from marksheet.entrypoints.web.results.grades import grades_in

VIEWS = ("candidate", "schedule")
SHOWS = ("all", "mine", "not-mine", "published")
OUTCOMES = ("passed", "failed", "void")
# Parameters of the address that narrow the list, in the order of the form.
MANY = ("schedule", "assessment", "unit", "state", "outcome", "marked_by")
ONE = (
    "q", "show", "from", "until", "grade", "percent_from", "percent_until", "score_from", "score_until",
)  # fmt: skip
PLACES = ("by", "sort", "after")

Value = TypeVar("Value")


class Misread(BadInput):
    """Filters that cannot mean anything, as they were typed: what is wrong with each, by its name."""

    def __init__(self, wrong: Mapping[str, str]) -> None:
        super().__init__(next(iter(wrong.values())), details=list(wrong.values())[1:])
        self.wrong = wrong


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
        Misread: a date or a number that cannot be read, or a first that lies beyond its last.
        BadInput: a word that this list does not know.
    """
    values = values_of(given)
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


def values_of(given: QueryDict) -> dict[str, tuple[str, ...]]:
    """Return the values of an address that are ours, as they were typed."""
    values: dict[str, tuple[str, ...]] = {}
    for name in (*MANY, *ONE, *PLACES):
        found = tuple(dict.fromkeys(text.strip() for text in given.getlist(name) if text.strip()))
        if found:
            values[name] = found if name in MANY else found[-1:]
    return values


def _criteria(
    values: Mapping[str, tuple[str, ...]], one: Mapping[str, str], sort: str, at: datetime | None
) -> Criteria:
    ends = _Ends(one)
    days, percents, scores = ends.days(), ends.percents(), ends.scores()
    if ends.wrong:
        raise Misread(ends.wrong)
    return Criteria(
        text=one.get("q", "")[:200],
        show=_one_of(one.get("show", "all"), SHOWS),
        schedules=values.get("schedule", ()),
        assessments=values.get("assessment", ()),
        units=values.get("unit", ()),
        states=values.get("state", ()),
        outcomes=values.get("outcome", ()),
        grades=grades_in(one.get("grade", "")),
        marked_by=values.get("marked_by", ()),
        day_from=days[0],
        day_until=days[1],
        percent_from=percents[0],
        percent_until=percents[1],
        score_from=scores[0],
        score_until=scores[1],
        at=at,
        sort=sort,
    )


@dataclass(slots=True)
class _Ends:
    """Reads the two ends of what is narrowed by days and numbers, and keeps what is wrong, by name."""

    typed: Mapping[str, str]
    wrong: dict[str, str] = field(default_factory=dict)

    def days(self) -> tuple[date | None, date | None]:
        found = self._read("from", day), self._read("until", day)
        if found[0] and found[1] and found[0] > found[1]:
            self.wrong["until"] = _("This day is before the first one, so nothing fits. Swap the two.")
        return found

    def percents(self) -> tuple[int | None, int | None]:
        return self._numbers(
            "percent_from", "percent_until", lambda text: millionths(text, least=0, most=100, sign="%")
        )

    def scores(self) -> tuple[int | None, int | None]:
        return self._numbers("score_from", "score_until", millionths)

    def _numbers(
        self, first: str, last: str, read: Callable[[str], int | None]
    ) -> tuple[int | None, int | None]:
        found = self._read(first, read), self._read(last, read)
        if found[0] is not None and found[1] is not None and found[0] > found[1]:
            self.wrong[last] = _("This is less than the first number, so nothing fits. Swap the two.")
        return found

    def _read(self, name: str, read: Callable[[str], Value | None]) -> Value | None:
        try:
            return read(self.typed.get(name, ""))
        except BadInput as refusal:
            self.wrong[name] = refusal.message
            return None


def _one_of(value: str, known: Sequence[str]) -> str:
    if value not in known:
        raise BadInput(_("There is no view called “%(name)s”.") % {"name": value[:40]})
    return value


def _place(text: str) -> tuple[int, str]:
    """Read a place in the list: how many rows came before, and the key of the last of them."""
    before, _sign, token = text.partition("~")
    return (int(before), token) if token and before.isdigit() else (0, text)
