"""How a part is to be marked: what to look for, what a good answer says, which points add up to a mark."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from marksheet.rules.problems import Problem

FINEST = 1
MOST_TEXT = 20_000
MOST_NAME = 200
MOST_DESCRIPTION = 2_000
MOST_CRITERIA = 20
MOST_LEVELS = 12
MOST_METHOD_MARKS = 50


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a criterion: what it is worth in thousandths of a mark, its label and what it looks like."""

    points: int
    label: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing that is judged by levels; all criteria of a scheme count alike and add up."""

    name: str
    levels: tuple[Level, ...]
    description: str = ""

    @property
    def best(self) -> int:
        """What its highest level is worth, in thousandths; 0 without levels."""
        return max((level.points for level in self.levels), default=0)


@dataclass(frozen=True, slots=True)
class MethodMark:
    """One step of a solution, and what it earns in thousandths of a mark."""

    text: str
    points: int


@dataclass(frozen=True, slots=True)
class Scheme:
    """How a part is to be marked.

    Args:
        guidance, model_answer: text of several paragraphs; "" for none.
        step_thousandths: marks are multiples of this; 1, a thousandth, leaves them free, 500 is half marks.
        criteria: levels to choose from, one of each criterion; their points add up.
        method_marks: steps to tick; their points add up. A scheme has criteria or method marks, not both.
    """

    guidance: str = ""
    model_answer: str = ""
    step_thousandths: int = FINEST
    criteria: tuple[Criterion, ...] = ()
    method_marks: tuple[MethodMark, ...] = ()

    @property
    def says_nothing(self) -> bool:
        """Nothing was written, and marks are free."""
        return self == NOTHING


NOTHING = Scheme()


def tidied(scheme: Scheme) -> Scheme:
    """Return the scheme as it is stored: texts without blanks around, levels from the lowest to the highest."""
    return Scheme(
        guidance=_text(scheme.guidance),
        model_answer=_text(scheme.model_answer),
        step_thousandths=scheme.step_thousandths,
        criteria=tuple(
            Criterion(
                _text(one.name),
                tuple(
                    Level(level.points, _text(level.label), _text(level.description))
                    for level in sorted(one.levels, key=lambda level: level.points)
                ),
                _text(one.description),
            )
            for one in scheme.criteria
        ),
        method_marks=tuple(MethodMark(_text(one.text), one.points) for one in scheme.method_marks),
    )


def _text(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def ascending(levels: int) -> tuple[int, ...]:
    """Return what levels are worth when nobody said so: 0, 1, 2, ... marks, in thousandths.

    Source: docs/rulebook/schemes.md#criteria.
    """
    return tuple(range(0, levels * 1000, 1000))


def allows(value: int, step_thousandths: int) -> bool:
    """Say whether a mark in thousandths is one that this step allows.

    Example: half marks allow 2.5 and not 2.3: ``allows(2500, 500)``, ``not allows(2300, 500)``.

    Source: docs/rulebook/schemes.md#steps-of-marks.
    """
    return value % step_thousandths == 0


def total_of_levels(criteria: Sequence[Criterion], chosen: Sequence[int | None]) -> int | None:
    """Return what the chosen levels add up to, in thousandths; None while a criterion is open.

    Args:
        chosen: one for each criterion: the place of its level from 0, None for not yet.

    Raises:
        ValueError: there are more or fewer choices than criteria, or a criterion has no such level.

    Source: docs/rulebook/schemes.md#criteria.
    """
    if len(chosen) != len(criteria):
        raise ValueError("one choice for each criterion")
    total = 0
    for criterion, place in zip(criteria, chosen, strict=True):
        if place is None:
            return None
        if not 0 <= place < len(criterion.levels):
            raise ValueError("there is no such level")
        total += criterion.levels[place].points
    return total


def total_of_method(method_marks: Sequence[MethodMark], earned: Collection[int]) -> int:
    """Return what the earned steps add up to, in thousandths; each counts once.

    Args:
        earned: places of steps, from 0.

    Raises:
        ValueError: there is no such step.

    Source: docs/rulebook/schemes.md#method-marks.
    """
    places = set(earned)
    if any(not 0 <= place < len(method_marks) for place in places):
        raise ValueError("there is no such step")
    return sum(method_marks[place].points for place in places)


def scheme_problems(scheme: Scheme, maximum_thousandths: int) -> tuple[Problem, ...]:
    """Return why a part with this maximum cannot be marked by the scheme; empty when it can.

    Source: docs/rulebook/schemes.md#what-is-in-the-way.
    """
    return tuple(_problems(scheme, maximum_thousandths))


def _problems(scheme: Scheme, maximum: int) -> Iterator[Problem]:
    for what, text in (("guidance", scheme.guidance), ("model_answer", scheme.model_answer)):
        if len(text) > MOST_TEXT:
            yield Problem("scheme_long", "", {"what": what, "n": len(text), "at_most": MOST_TEXT})
    step = scheme.step_thousandths
    if step < 1:
        yield Problem("scheme_step")
        return
    if maximum % step:
        yield Problem("scheme_step_maximum", "", {"step": step, "maximum": maximum})
    if scheme.criteria and scheme.method_marks:
        yield Problem("scheme_both")
    yield from _criteria_problems(scheme.criteria, step, maximum)
    yield from _method_problems(scheme.method_marks, step, maximum)


def _criteria_problems(criteria: Sequence[Criterion], step: int, maximum: int) -> Iterator[Problem]:
    if len(criteria) > MOST_CRITERIA:
        yield Problem("scheme_many_criteria", "", {"n": len(criteria), "at_most": MOST_CRITERIA})
    names = [one.name.casefold() for one in criteria]
    for n, one in enumerate(criteria, start=1):
        if not one.name:
            yield Problem("scheme_no_name", "", {"n": n})
        elif names.index(one.name.casefold()) < n - 1:
            yield Problem("scheme_name_twice", one.name)
        yield from _level_problems(one, one.name or str(n), step, maximum)
    best = sum(one.best for one in criteria)
    if criteria and best != maximum:
        yield Problem("scheme_best", "", {"best": best, "maximum": maximum})


def _level_problems(criterion: Criterion, where: str, step: int, maximum: int) -> Iterator[Problem]:
    levels = criterion.levels
    texts = [(criterion.name, MOST_NAME), (criterion.description, MOST_DESCRIPTION)]
    texts += [(level.label, MOST_NAME) for level in levels]
    texts += [(level.description, MOST_DESCRIPTION) for level in levels]
    for text, most in texts:
        if len(text) > most:
            yield Problem("scheme_long_words", where, {"n": len(text), "at_most": most})
    if len(levels) < 2:
        yield Problem("scheme_few_levels", where)
    if len(levels) > MOST_LEVELS:
        yield Problem("scheme_many_levels", where, {"n": len(levels), "at_most": MOST_LEVELS})
    seen: set[int] = set()
    for level in levels:
        if level.points in seen:
            yield Problem("scheme_level_twice", where, {"points": level.points})
        seen.add(level.points)
        if not 0 <= level.points <= maximum:
            yield Problem("scheme_level_outside", where, {"points": level.points, "maximum": maximum})
        elif not allows(level.points, step):
            yield Problem("scheme_points_step", where, {"points": level.points, "step": step})


def _method_problems(method: Sequence[MethodMark], step: int, maximum: int) -> Iterator[Problem]:
    if len(method) > MOST_METHOD_MARKS:
        yield Problem("scheme_many_method", "", {"n": len(method), "at_most": MOST_METHOD_MARKS})
    for n, one in enumerate(method, start=1):
        where = str(n)
        if not one.text:
            yield Problem("scheme_method_no_text", where)
        elif len(one.text) > MOST_DESCRIPTION:
            yield Problem("scheme_long_words", where, {"n": len(one.text), "at_most": MOST_DESCRIPTION})
        if not 0 < one.points <= maximum:
            yield Problem("scheme_method_outside", where, {"points": one.points, "maximum": maximum})
        elif not allows(one.points, step):
            yield Problem("scheme_points_step", where, {"points": one.points, "step": step})
    most = sum(one.points for one in method)
    if most > maximum:
        yield Problem("scheme_method_most", "", {"most": most, "maximum": maximum})


@dataclass(frozen=True, slots=True)
class Changed:
    """One thing that differs between two versions: which, and the names of what was added, removed or changed."""

    what: str
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = field(default=())


def what_changed(before: Scheme, after: Scheme) -> tuple[Changed, ...]:
    """Return what differs between two versions of a scheme, in the order of its fields; empty when nothing does."""
    found = [
        Changed(name)
        for name in ("guidance", "model_answer", "step_thousandths")
        if getattr(before, name) != getattr(after, name)
    ]
    if before.criteria != after.criteria:
        found.append(
            _named("criteria", {c.name: c for c in before.criteria}, {c.name: c for c in after.criteria})
        )
    if before.method_marks != after.method_marks:
        found.append(
            _named(
                "method_marks",
                {m.text: m for m in before.method_marks},
                {m.text: m for m in after.method_marks},
            )
        )
    return tuple(found)


def _named(what: str, before: Mapping[str, object], after: Mapping[str, object]) -> Changed:
    return Changed(
        what,
        added=tuple(name for name in after if name not in before),
        removed=tuple(name for name in before if name not in after),
        changed=tuple(name for name in after if name in before and before[name] != after[name]),
    )


def criteria_to_json(criteria: Sequence[Criterion]) -> list[dict[str, Any]]:
    """Return criteria as they are stored."""
    return [
        {
            "name": one.name,
            "description": one.description,
            "levels": [
                {"points": level.points, "label": level.label, "description": level.description}
                for level in one.levels
            ],
        }
        for one in criteria
    ]


def criteria_from_json(stored: Sequence[Mapping[str, Any]]) -> tuple[Criterion, ...]:
    """Return what ``criteria_to_json`` stored."""
    return tuple(
        Criterion(
            str(one["name"]),
            tuple(
                Level(int(level["points"]), str(level["label"]), str(level["description"]))
                for level in one["levels"]
            ),
            str(one["description"]),
        )
        for one in stored
    )


def method_to_json(method_marks: Sequence[MethodMark]) -> list[dict[str, Any]]:
    """Return method marks as they are stored."""
    return [{"text": one.text, "points": one.points} for one in method_marks]


def method_from_json(stored: Sequence[Mapping[str, Any]]) -> tuple[MethodMark, ...]:
    """Return what ``method_to_json`` stored."""
    return tuple(MethodMark(str(one["text"]), int(one["points"])) for one in stored)
