"""The form of a marking scheme: rows of criteria, levels and method marks that can be added without script."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marksheet.entrypoints.web.exams.fields import with_point
from marksheet.formats.decimals import NotANumber, parse_thousandths, spelled
from marksheet.rules.schemes import FINEST, Criterion, Level, MethodMark, Scheme, ascending

OTHER = "other"
STEPS = [
    (str(FINEST), gettext_lazy("any mark, to a thousandth")),
    ("1000", gettext_lazy("whole marks")),
    ("500", gettext_lazy("half marks")),
    ("250", gettext_lazy("quarter marks")),
    (OTHER, gettext_lazy("another step (type it beside)")),
]
BUTTON = re.compile(r"(add|remove)-(criterion|level|method)(?:-([0-9]{1,3}))?(?:-([0-9]{1,3}))?")
NEW_LEVELS = 3
MOST_ROWS = 200


@dataclass(slots=True)
class LevelRow:
    """One level as typed; ``name`` is what its fields begin with."""

    points: str = ""
    label: str = ""
    description: str = ""
    name: str = ""
    error: str = ""

    @property
    def blank(self) -> bool:
        """Nothing was typed."""
        return not (self.points.strip() or self.label.strip() or self.description.strip())


@dataclass(slots=True)
class CriterionRow:
    """One criterion as typed, with its levels."""

    title: str = ""
    description: str = ""
    levels: list[LevelRow] = field(default_factory=list)
    name: str = ""

    @property
    def blank(self) -> bool:
        """Nothing was typed."""
        return not (self.title.strip() or self.description.strip()) and all(one.blank for one in self.levels)


@dataclass(slots=True)
class MethodRow:
    """One method mark as typed."""

    text: str = ""
    points: str = ""
    name: str = ""
    error: str = ""

    @property
    def blank(self) -> bool:
        """Nothing was typed."""
        return not (self.text.strip() or self.points.strip())


@dataclass(slots=True)
class SchemeForm:
    """Everything that was typed, with what is wrong by field; ``focus`` is the field to go on in."""

    guidance: str = ""
    model_answer: str = ""
    step: str = str(FINEST)
    other_step: str = ""
    criteria: list[CriterionRow] = field(default_factory=list)
    method: list[MethodRow] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    focus: str = ""

    @classmethod
    def shown(cls, scheme: Scheme) -> "SchemeForm":
        """Return the form as it begins with a stored scheme."""
        step = str(scheme.step_thousandths)
        known = step in dict(STEPS)
        form = cls(
            guidance=scheme.guidance,
            model_answer=scheme.model_answer,
            step=step if known else OTHER,
            other_step="" if known else spelled(scheme.step_thousandths),
            criteria=[
                CriterionRow(
                    one.name,
                    one.description,
                    [LevelRow(spelled(lv.points), lv.label, lv.description) for lv in one.levels],
                )
                for one in scheme.criteria
            ],
            method=[MethodRow(one.text, spelled(one.points)) for one in scheme.method_marks],
        )
        return form._named()

    @classmethod
    def typed(cls, post: Mapping[str, str]) -> "SchemeForm":
        """Return the form as it was sent."""
        form = cls(
            guidance=post.get("guidance", ""),
            model_answer=post.get("model_answer", ""),
            step=post.get("step", str(FINEST)),
            other_step=post.get("other_step", ""),
        )
        n = 0
        while f"c{n}-name" in post and n < MOST_ROWS:
            row = CriterionRow(post[f"c{n}-name"], post.get(f"c{n}-description", ""))
            k = 0
            while f"c{n}-l{k}-points" in post and k < MOST_ROWS:
                at = f"c{n}-l{k}-"
                row.levels.append(
                    LevelRow(
                        post[f"{at}points"], post.get(f"{at}label", ""), post.get(f"{at}description", "")
                    )
                )
                k += 1
            form.criteria.append(row)
            n += 1
        n = 0
        while f"m{n}-text" in post and n < MOST_ROWS:
            form.method.append(MethodRow(post[f"m{n}-text"], post.get(f"m{n}-points", "")))
            n += 1
        return form._named()

    def _named(self) -> "SchemeForm":
        for n, row in enumerate(self.criteria):
            row.name = f"c{n}"
            for k, level in enumerate(row.levels):
                level.name = f"c{n}-l{k}"
        for n, one in enumerate(self.method):
            one.name = f"m{n}"
        return self

    def press(self, button: str) -> bool:
        """Add or remove the row that a button names; return whether it was such a button."""
        found = BUTTON.fullmatch(button)
        if found is None:
            return False
        adds, what = found[1] == "add", found[2]
        n, k = (int(found[3] or 0), int(found[4] or 0))
        if what == "criterion":
            self._press_criterion(n, adds=adds)
        elif what == "level" and n < len(self.criteria):
            self._press_level(n, k, adds=adds)
        elif what == "method":
            if adds:
                self.method.append(MethodRow())
                self.focus = f"m{len(self.method) - 1}-text"
            elif n < len(self.method):
                del self.method[n]
        self._named()
        return True

    def _press_criterion(self, n: int, *, adds: bool) -> None:
        if adds:
            self.criteria.append(CriterionRow(levels=[LevelRow() for _n in range(NEW_LEVELS)]))
            self.focus = f"c{len(self.criteria) - 1}-name"
        elif n < len(self.criteria):
            del self.criteria[n]

    def _press_level(self, n: int, k: int, *, adds: bool) -> None:
        levels = self.criteria[n].levels
        if adds:
            levels.append(LevelRow())
            self.focus = f"c{n}-l{len(levels) - 1}-points"
        elif k < len(levels):
            del levels[k]

    def scheme(self) -> Scheme:
        """Return what was typed as a scheme; rows left blank are none. What is no number goes to ``errors``."""
        self.errors = {}
        scheme = Scheme(
            guidance=self.guidance,
            model_answer=self.model_answer,
            step_thousandths=self._step(),
            criteria=tuple(
                Criterion(row.title, self._levels(row), row.description)
                for row in self.criteria
                if not row.blank
            ),
            method_marks=tuple(
                MethodMark(row.text, self._points(f"{row.name}-points", row.points))
                for row in self.method
                if not row.blank
            ),
        )
        rows: list[LevelRow | MethodRow] = [level for row in self.criteria for level in row.levels]
        for one in [*rows, *self.method]:
            one.error = self.errors.get(f"{one.name}-points", "")
        return scheme

    def _step(self) -> int:
        if self.step == OTHER:
            return self._points("other_step", self.other_step)
        if self.step not in dict(STEPS):
            self.errors["step"] = _("Choose one of the steps.")
            return FINEST
        return int(self.step)

    def _levels(self, row: CriterionRow) -> tuple[Level, ...]:
        levels = [level for level in row.levels if not level.blank]
        if levels and not any(level.points.strip() for level in levels):
            points = list(ascending(len(levels)))
            for level, value in zip(levels, points, strict=True):
                level.points = spelled(value)
        else:
            points = [self._points(f"{level.name}-points", level.points) for level in levels]
        return tuple(
            Level(value, level.label, level.description) for value, level in zip(points, levels, strict=True)
        )

    def _points(self, name: str, text: str) -> int:
        if not text.strip():
            self.errors[name] = _("Say how many marks.")
            return 0
        try:
            return parse_thousandths(with_point(text))
        except NotANumber:
            self.errors[name] = _(
                "“%(text)s” is not a number of marks; write it like 2 or 2.5, with three decimals at most."
            ) % {"text": text.strip()[:40]}
            return 0


def step_words(step_thousandths: int) -> str:
    """Return which marks a step allows, as people say it."""
    known = dict(STEPS).get(str(step_thousandths))
    return str(known) if known else _("steps of %(step)s") % {"step": spelled(step_thousandths)}
