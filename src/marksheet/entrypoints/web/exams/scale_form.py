"""The grade scale as an author types it, and a table of what it comes to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marksheet.entrypoints.web.exams.fields import FractionField, exact, number_shown
from marksheet.rules.grading import (
    BadScale,
    Below,
    Boundary,
    DecideOn,
    Graded,
    Outcome,
    Piecewise,
    Rounding,
    RoundingPolicy,
    Scale,
    Unit,
    grade,
    pass_at,
)

UNITS = [(Unit.PERCENT, gettext_lazy("per cent")), (Unit.MARKS, gettext_lazy("marks"))]
NONE, BANDS, LINE = "none", "bands", "line"
KINDS = [
    (NONE, gettext_lazy("Passed or failed only")),
    (BANDS, gettext_lazy("Bands: a grade from a boundary on")),
    (LINE, gettext_lazy("A number on two lines that meet at the pass mark")),
]
POLICIES = [
    (RoundingPolicy.HALF_UP_1, gettext_lazy("half up (0.5 becomes 1)")),
    (RoundingPolicy.HALF_EVEN_1, gettext_lazy("half to even (0.5 becomes 0, 1.5 becomes 2)")),
    (RoundingPolicy.DOWN_1, gettext_lazy("down")),
]
DECIDE = [
    (DecideOn.EXACT, gettext_lazy("on the exact value (54.99 is not 55)")),
    (DecideOn.ROUNDED, gettext_lazy("on the rounded value")),
]
BELOW = [
    (Below.FROM_LOWEST, gettext_lazy("from the lowest grade, straight to the pass mark")),
    (Below.FROM_ZERO, gettext_lazy("from zero, never below the lowest grade")),
]
BAND = re.compile(r"(?P<label>.+?)\s*(?:=|:|\t|\s)\s*(?P<at>[0-9]+(?:[.,][0-9]+)?)\s*(?P<percent>%)?")


class ScaleForm(forms.Form):
    """Pass mark, grades and rounding."""

    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)
    pass_mark = FractionField(label=gettext_lazy("Passing starts at"))
    pass_unit = forms.ChoiceField(label=gettext_lazy("Stated in"), choices=UNITS)
    kind = forms.ChoiceField(label=gettext_lazy("A grade is"), choices=KINDS, widget=forms.RadioSelect)
    bands = forms.CharField(
        label=gettext_lazy("Bands, one a line"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "The grade and where it starts, like A 85, best first. The lowest starts at 0."
        ),
    )
    bands_unit = forms.ChoiceField(label=gettext_lazy("Bands are stated in"), choices=UNITS)
    lowest = FractionField(label=gettext_lazy("Lowest grade"))
    passing = FractionField(label=gettext_lazy("Passing grade"))
    top = FractionField(label=gettext_lazy("Top grade"))
    below = forms.ChoiceField(label=gettext_lazy("Below the pass mark"), choices=BELOW)
    policy = forms.ChoiceField(label=gettext_lazy("Round"), choices=POLICIES)
    decide_on = forms.ChoiceField(label=gettext_lazy("Decide pass and grade"), choices=DECIDE)
    score_decimals = forms.IntegerField(label=gettext_lazy("Decimals of a score"), min_value=0, max_value=6)
    percent_decimals = forms.IntegerField(label=gettext_lazy("of a percentage"), min_value=0, max_value=6)
    grade_decimals = forms.IntegerField(label=gettext_lazy("of a grade"), min_value=0, max_value=6)

    scale: Scale | None = None
    # Hidden fields that are required would keep a browser from sending the form.
    use_required_attribute = False

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.is_bound:
            kind = self.data.get("kind", "")
            for name in ("lowest", "passing", "top", "below"):
                self.fields[name].required = kind == LINE
            for name in ("bands", "bands_unit"):
                self.fields[name].required = kind == BANDS

    def clean(self) -> dict[str, Any]:
        """Build the scale; what the rules refuse becomes an error of the field it is about."""
        typed = super().clean() or {}
        if self.errors:
            return typed
        bands: tuple[Boundary, ...] = ()
        line: Piecewise | None = None
        about = None
        try:
            if typed["kind"] == BANDS:
                about = "bands"
                bands = bands_typed(typed["bands"], Unit(typed["bands_unit"]))
            elif typed["kind"] == LINE:
                about = "passing"
                line = Piecewise(typed["lowest"], typed["passing"], typed["top"], Below(typed["below"]))
            rounding = Rounding(
                RoundingPolicy(typed["policy"]),
                typed["score_decimals"],
                typed["percent_decimals"],
                typed["grade_decimals"],
                DecideOn(typed["decide_on"]),
            )
            pass_mark = pass_at(typed["pass_mark"], Unit(typed["pass_unit"]))
            if pass_mark.at < 0 or (pass_mark.unit is Unit.PERCENT and pass_mark.at > 100):
                about = "pass_mark"
            self.scale = Scale(pass_mark, bands, line, rounding)
        except BadScale as error:
            self.add_error(about, str(error))
        except forms.ValidationError as error:
            self.add_error(about, error)
        return typed

    @staticmethod
    def shown(scale: Scale, revision: int) -> dict[str, Any]:
        """Return what the form begins with."""
        line, rounding = scale.piecewise, scale.rounding
        bands = sorted(scale.bands, key=lambda band: band.at, reverse=True)
        return {
            "revision": revision,
            "pass_mark": number_shown(scale.pass_mark.at),
            "pass_unit": scale.pass_mark.unit,
            "kind": LINE if line else BANDS if bands else NONE,
            "bands": "\n".join(f"{band.label} {number_shown(band.at)}" for band in bands),
            "bands_unit": bands[0].unit if bands else Unit.PERCENT,
            "lowest": number_shown(line.lowest) if line else "1",
            "passing": number_shown(line.passing) if line else "5.5",
            "top": number_shown(line.top) if line else "10",
            "below": line.below if line else Below.FROM_LOWEST,
            "policy": rounding.policy,
            "decide_on": rounding.decide_on,
            "score_decimals": rounding.score_decimals,
            "percent_decimals": rounding.percent_decimals,
            "grade_decimals": rounding.grade_decimals,
        }


def bands_typed(text: str, unit: Unit) -> tuple[Boundary, ...]:
    """Return the bands typed one a line: a label, then where it starts.

    Raises:
        ValidationError: a line has no label or no number.
    """
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        match = BAND.fullmatch(line.strip())
        if match is None:
            raise forms.ValidationError(
                _(
                    "Line %(number)s, “%(line)s”, is not understood; write a grade and where it starts, like A 85."
                )
                % {"number": number, "line": line.strip()}
            )
        found.append(Boundary(match["label"].strip(), exact(match["at"]), unit))
    if not found:
        raise forms.ValidationError(_("Name at least one grade and where it starts."))
    _demand_order(found)
    return tuple(found)


def _demand_order(bands: Sequence[Boundary]) -> None:
    """Refuse bands that neither fall nor rise as they are written: which grade is better would be a guess.

    Raises:
        ValidationError: it names the first that is out of order.
    """
    falls = bands[-1].at <= bands[0].at
    for before, after in pairwise(bands):
        if before.at != after.at and (after.at < before.at) != falls:
            raise forms.ValidationError(
                _(
                    "“%(after)s” starts at %(at)s, but stands behind “%(before)s”, which starts at %(start)s: "
                    "write the grades from the best to the worst, each starting lower than the one before."
                )
                % {
                    "after": after.label,
                    "at": number_shown(after.at),
                    "before": before.label,
                    "start": number_shown(before.at),
                }
            )


@dataclass(frozen=True, slots=True)
class Example:
    """One line of the table of examples: a score, and what it comes to."""

    score: str
    percent: str
    grade: str
    passed: bool
    boundary: bool


def examples(scale: Scale, maximum: Fraction) -> list[Example]:
    """Return what some scores come to: nothing, everything, tenths, and both sides of each boundary."""
    if maximum <= 0:
        return []
    starts = {boundary.marks(maximum) for boundary in (scale.pass_mark, *scale.bands)}
    starts = {at for at in starts if 0 <= at <= maximum}
    wanted = {maximum * tenth / 10 for tenth in range(11)} | starts
    wanted |= {at - Fraction(1, 1000) for at in starts if at > 0}
    return [_example(grade(score, maximum, scale), score in starts) for score in sorted(wanted, reverse=True)]


def _example(graded: Graded, boundary: bool) -> Example:
    return Example(
        score=number_shown(graded.score) if graded.score.denominator <= 1000 else graded.shown_score,
        percent=graded.shown_percent,
        grade=graded.grade,
        passed=graded.outcome is Outcome.PASSED,
        boundary=boundary,
    )


def sentence(scale: Scale) -> str:
    """Return the scale in one sentence for a list of facts."""
    unit = "%" if scale.pass_mark.unit is Unit.PERCENT else _("marks")
    parts = [_("Pass at %(at)s %(unit)s") % {"at": number_shown(scale.pass_mark.at), "unit": unit}]
    if scale.bands:
        labels = [band.label for band in sorted(scale.bands, key=lambda band: band.at, reverse=True)]
        parts.append(_("grades %(labels)s") % {"labels": ", ".join(labels)})
    if scale.piecewise:
        line = scale.piecewise
        parts.append(
            _("grades from %(lowest)s over %(passing)s to %(top)s")
            % {
                "lowest": number_shown(line.lowest),
                "passing": number_shown(line.passing),
                "top": number_shown(line.top),
            }
        )
    return "; ".join(parts)
