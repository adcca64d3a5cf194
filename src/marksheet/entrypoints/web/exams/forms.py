"""What authors type: names, questions, sections, settings."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf.locale import LANG_INFO
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marksheet.entrypoints.shared.acting import to_choose
from marksheet.entrypoints.web.exams.fields import (
    BY_HAND,
    BY_MACHINE,
    MARKED,
    MATCHES,
    FloorField,
    MarksField,
    key_shown,
    key_typed,
    options_shown,
    options_typed,
    steps_shown,
    steps_typed,
)
from marksheet.formats.decimals import NotANumber, parse_number, spelled
from marksheet.rules.authoring import ItemDraft, PartDraft, SectionDraft
from marksheet.rules.paper import ItemRule, Pick
from marksheet.rules.scoring import Match

# An exam can be in any language, whatever Marksheet itself speaks.
LANGUAGES = sorted(
    # Many languages write their own name small, which is right in a sentence but not where it stands alone.
    (
        (code, info["name_local"][:1].upper() + info["name_local"][1:])
        for code, info in LANG_INFO.items()
        if "name_local" in info
    ),
    key=lambda pair: pair[1],
)


class AssessmentForm(forms.Form):
    """Title, code, language, and where the assessment belongs."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=60,
        help_text=gettext_lazy("Short, and unique in the institution."),
    )
    unit = forms.ChoiceField(label=gettext_lazy("Unit"))
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=LANGUAGES, initial="en")

    def __init__(self, *args: Any, units: Sequence[tuple[str, str]] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["unit"].choices = to_choose(units)  # type: ignore[attr-defined]
        if not units:
            del self.fields["unit"]


class MarkedForm(forms.Form):
    """A form whose machine fields are needed only where a machine scores."""

    # Hidden fields that are required would keep a browser from sending the form.
    use_required_attribute = False

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.is_bound:
            typed = {name: self.data.get(self.add_prefix(name), "") for name in ("marked", "match")}
            machine = typed["marked"] == BY_MACHINE
            chooses = typed["match"] in (Match.CHOICE, Match.MULTIPLE)
            self.fields["match"].required = self.fields["key"].required = machine
            self.fields["options"].required = machine and chooses


class QuickItemForm(MarkedForm):
    """A question of one part, in one row: what most questions of a paper exam are."""

    label = forms.CharField(
        label=gettext_lazy("Question"), max_length=40, widget=forms.TextInput(attrs={"size": "6"})
    )
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200, required=False)
    maximum = MarksField(label=gettext_lazy("Marks"))
    section = forms.ChoiceField(label=gettext_lazy("Section"))
    marked = forms.ChoiceField(label=gettext_lazy("Marked"), choices=MARKED, initial=BY_HAND)
    match = forms.ChoiceField(label=gettext_lazy("Answer is"), choices=MATCHES, initial=Match.CHOICE)
    options = forms.CharField(
        label=gettext_lazy("Options"),
        max_length=2000,
        help_text=gettext_lazy("Letters in a row (ABCD), or with commas."),
    )
    key = forms.CharField(
        label=gettext_lazy("Right answer"),
        max_length=2000,
        help_text=gettext_lazy("Several that all count: A | B."),
    )

    def __init__(self, *args: Any, sections: Sequence[str] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["section"].choices = [(name, name) for name in sections]  # type: ignore[attr-defined]
        if len(sections) < 2:
            del self.fields["section"]

    def draft(self) -> ItemDraft:
        """Return the question as typed."""
        typed = self.cleaned_data
        part = part_typed(typed, typed["label"], typed["maximum"])
        return ItemDraft(
            label=typed["label"].strip(),
            title=typed["title"],
            section=typed.get("section", ""),
            maximum_thousandths=typed["maximum"],
            parts=(part,),
        )


def part_typed(typed: dict[str, Any], label: str, maximum: int) -> PartDraft:
    """Return a part from the fields that the quick form and the rows of the long one share."""
    if typed["marked"] == BY_HAND:
        return PartDraft(
            label=label.strip(),
            machine=False,
            maximum_thousandths=maximum,
        )
    match = typed.get("match") or Match.CHOICE
    options = options_typed(typed.get("options", "")) if match in (Match.CHOICE, Match.MULTIPLE) else ()
    return PartDraft(
        label=label.strip(),
        machine=True,
        maximum_thousandths=maximum,
        match=match,
        options=options,
        correct=key_typed(match, typed.get("key", "")),
        wrong_thousandths=-abs(typed.get("wrong") or 0),
        tolerance=typed.get("tolerance", "").strip() if match == Match.NUMERIC else "",
    )


FLOOR_HELP = gettext_lazy(
    "Usually 0. Where wrong answers take marks away it can be lower, like -2, or none: as low as they take it."
)
RULES = [
    (ItemRule.SUM, gettext_lazy("The sum of its parts")),
    (ItemRule.COUNT_CORRECT, gettext_lazy("By the number of right parts (say which below)")),
    (ItemRule.ALL_OR_NOTHING, gettext_lazy("All parts right, or nothing")),
    (ItemRule.BEST_PART, gettext_lazy("The best of its parts")),
]


class ItemForm(forms.Form):
    """A question: its name, its maximum and its rule over its parts."""

    label = forms.CharField(label=gettext_lazy("Question"), max_length=40)
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200, required=False)
    maximum = MarksField(label=gettext_lazy("Maximum in marks"))
    section = forms.ChoiceField(label=gettext_lazy("Section"))
    rule = forms.ChoiceField(label=gettext_lazy("Its score is"), choices=RULES, widget=forms.RadioSelect)
    steps = forms.CharField(
        label=gettext_lazy("Marks for right parts"),
        max_length=400,
        required=False,
        help_text=gettext_lazy("Like 4 = 2, 3 = 1; any other number of right parts earns 0."),
    )
    floor = FloorField(label=gettext_lazy("Lowest score"), help_text=FLOOR_HELP)

    def __init__(self, *args: Any, sections: Sequence[str] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["section"].choices = [(name, name) for name in sections]  # type: ignore[attr-defined]

    def clean_steps(self) -> tuple[tuple[int, int], ...]:
        """Return the table of the rule that counts right parts."""
        return steps_typed(self.cleaned_data["steps"])

    def draft(self, parts: Sequence[PartDraft]) -> ItemDraft:
        """Return the question as typed, with ``parts``."""
        typed = self.cleaned_data
        counts = typed["rule"] == ItemRule.COUNT_CORRECT
        return ItemDraft(
            label=typed["label"].strip(),
            title=typed["title"],
            section=typed["section"],
            maximum_thousandths=typed["maximum"],
            rule=typed["rule"],
            steps=typed["steps"] if counts else (),
            floor_thousandths=typed["floor"],
            parts=tuple(parts),
        )

    @staticmethod
    def shown(draft: ItemDraft) -> dict[str, Any]:
        """Return what the form begins with."""
        return {
            "label": draft.label,
            "title": draft.title,
            "maximum": draft.maximum_thousandths,
            "section": draft.section,
            "rule": draft.rule,
            "steps": steps_shown(draft.steps),
            "floor": draft.floor_thousandths,
        }


class PartForm(MarkedForm):
    """One part of a question; an empty row is no part."""

    label = forms.CharField(label=gettext_lazy("Part"), max_length=40)
    marked = forms.ChoiceField(label=gettext_lazy("Marked"), choices=MARKED, initial=BY_HAND)
    maximum = MarksField(label=gettext_lazy("Marks"))
    match = forms.ChoiceField(label=gettext_lazy("Answer is"), choices=MATCHES, initial=Match.CHOICE)
    options = forms.CharField(
        label=gettext_lazy("Options"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 1}),
    )
    key = forms.CharField(label=gettext_lazy("Right answer"), max_length=2000)
    wrong = MarksField(label=gettext_lazy("A wrong answer takes away"), required=False, negative=True)
    tolerance = forms.CharField(label=gettext_lazy("Tolerance (numbers)"), max_length=40, required=False)

    def clean_tolerance(self) -> str:
        """Return the tolerance with a decimal point, checked."""
        text = str(self.cleaned_data["tolerance"]).strip().replace(",", ".", 1)
        if not text:
            return ""
        try:
            parse_number(text)
        except NotANumber:
            raise forms.ValidationError(_("“%(text)s” is not a number.") % {"text": text}) from None
        return text

    def draft(self) -> PartDraft | None:
        """Return the part as typed; None for an empty row."""
        if not self.cleaned_data.get("label") or self.cleaned_data.get("DELETE"):
            return None
        return part_typed(self.cleaned_data, self.cleaned_data["label"], self.cleaned_data["maximum"])

    @staticmethod
    def shown(draft: PartDraft) -> dict[str, Any]:
        """Return what a row begins with."""
        return {
            "label": draft.label,
            "marked": BY_MACHINE if draft.machine else BY_HAND,
            "maximum": draft.points if draft.machine else draft.maximum_thousandths,
            "match": draft.match or Match.CHOICE,
            "options": options_shown(draft.options),
            "key": key_shown(draft.match, draft.correct),
            "wrong": spelled(-draft.wrong_thousandths) if draft.wrong_thousandths else "",
            "tolerance": draft.tolerance,
        }


PartFormSet = forms.formset_factory(PartForm, extra=2, can_delete=True, max_num=200, absolute_max=220)

PICKS = [
    (Pick.ALL, gettext_lazy("all of its questions")),
    (Pick.BEST, gettext_lazy("the best")),
    (Pick.FIRST, gettext_lazy("the first answered")),
]


class SectionForm(forms.Form):
    """A section: its name, weight, minimum, and which of its questions count."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    weight = MarksField(
        label=gettext_lazy("Weight"),
        initial=1000,
        help_text=gettext_lazy("What one mark of this section is worth in the total; usually 1."),
    )
    minimum = MarksField(
        label=gettext_lazy("Must-pass minimum in marks"),
        required=False,
        help_text=gettext_lazy("Empty for none. Who has less fails, whatever the total."),
    )
    pick = forms.ChoiceField(label=gettext_lazy("What counts"), choices=PICKS, initial=Pick.ALL)
    pick_n = forms.IntegerField(label=gettext_lazy("How many"), required=False, min_value=1, max_value=1000)
    floor = FloorField(label=gettext_lazy("Lowest score"), help_text=FLOOR_HELP)

    def draft(self) -> SectionDraft:
        """Return the section as typed."""
        typed = self.cleaned_data
        return SectionDraft(
            name=typed["name"],
            weight_thousandths=typed["weight"],
            minimum_thousandths=typed["minimum"],
            pick=typed["pick"],
            pick_n=0 if typed["pick"] == Pick.ALL else typed["pick_n"] or 0,
            floor_thousandths=typed["floor"],
        )

    @staticmethod
    def shown(draft: SectionDraft) -> dict[str, Any]:
        """Return what the form begins with."""
        return {
            "name": draft.name,
            "weight": draft.weight_thousandths,
            "minimum": draft.minimum_thousandths,
            "pick": draft.pick,
            "pick_n": draft.pick_n or None,
            "floor": draft.floor_thousandths,
        }
