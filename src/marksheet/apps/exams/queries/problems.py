"""What stands in the way of using an exam, in sentences for its author."""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marksheet.rules.problems import Problem

SENTENCES: dict[str, str | Promise] = {
    "no_items": _("There is no question yet: add at least one."),
    "empty_section": _("Section “%(where)s” has no question: add one, or remove the section."),
    "no_section_name": _("A section needs a name."),
    "bad_weight": _("Section “%(where)s”: the weight is 0 or more."),
    "bad_minimum": _("Section “%(where)s”: the minimum is 0 marks or more."),
    "bad_pick": _("Section “%(where)s”: say how many of its questions count."),
    "pick_too_many": _("Section “%(where)s” counts %(n)s questions but has only %(items)s."),
    "minimum_above_section": _("Section “%(where)s”: its minimum is more than its questions can give."),
    "no_label": _("Every question and every part needs a number or name of its own."),
    "label_twice": _("The name “%(where)s” is used for two parts: give each its own."),
    "bad_maximum": _("%(where)s: the maximum must be more than 0 and at most 1,000,000 marks."),
    "bad_floor": _("%(where)s: the lowest score is 0 or below it."),
    "no_part": _("Question %(where)s has no part."),
    "unknown_rule": _("Question %(where)s: there is no rule called “%(rule)s”."),
    "unknown_match": _("%(where)s: choose how the answer is compared with the key."),
    "no_key": _("%(where)s is scored by machine but has no right answer: enter its key."),
    "bad_key": _("%(where)s: %(why)s"),
    "no_steps": _("Question %(where)s: say how many marks each number of right parts earns."),
    "step_beyond_parts": _(
        "Question %(where)s: it says what %(count)s right parts earn, but %(parts)s are scored by machine."
    ),
    "step_above_maximum": _(
        "Question %(where)s: what %(count)s right parts earn is outside 0 and its maximum."
    ),
    "step_twice": _("Question %(where)s states two scores for one number of right parts."),
    "unreachable": _(
        "Question %(where)s is worth %(maximum)s marks, but its parts can only give %(most)s: "
        "nobody could get full marks."
    ),
    "no_scale": _("The grade scale cannot be read: open it and save it again."),
    "nothing_counts": _("The paper is worth 0 marks: give at least one section a weight."),
    "boundary_above_maximum": _("“%(where)s” starts at %(at)s marks, which is more than the paper can give."),
    "cut_at_the_end": _("The pass mark must lie between 0 and the maximum for a scale of two lines."),
    "machine_only_by_hand": _(
        "The workflow is “machine only”, but there is work to mark by hand: choose “coordinated” or "
        "“the scheduler marks”, or have every part scored by machine."
    ),
    "workflow_not_offered": _(
        "Choose “coordinated”, “the scheduler marks” or “machine only” as the workflow."
    ),
    "show_not_offered": _(
        "Results of work that is wholly scored by machine cannot publish by themselves yet: "
        "choose “never” or “when the publisher decides”."
    ),
    "unknown_show": _("Choose when candidates see their results."),
    "scheme_does_not_fit": _(
        "The marking scheme of part %(where)s does not fit its maximum: open the scheme and correct it."
    ),
    "scheme_long": _("The text has %(n)s characters; at most %(at_most)s can be kept."),
    "scheme_long_words": _("%(where)s: a text has %(n)s characters; at most %(at_most)s can be kept there."),
    "scheme_step": _("Marks go in steps of more than 0."),
    "scheme_step_maximum": _(
        "The part is worth %(maximum)s marks, which is no multiple of %(step)s: nobody could get full marks."
    ),
    "scheme_both": _("Use criteria or method marks, not both: the mark is the sum of one of them."),
    "scheme_many_criteria": _("There are %(n)s criteria; a scheme has at most %(at_most)s."),
    "scheme_many_levels": _("“%(where)s” has %(n)s levels; a criterion has at most %(at_most)s."),
    "scheme_many_method": _("There are %(n)s method marks; a scheme has at most %(at_most)s."),
    "scheme_no_name": _("Give criterion %(n)s a name."),
    "scheme_name_twice": _("Two criteria are called “%(where)s”: give each its own name."),
    "scheme_few_levels": _("“%(where)s” needs at least two levels to choose from."),
    "scheme_level_twice": _("“%(where)s”: two levels are worth %(points)s. Give each its own."),
    "scheme_level_outside": _("“%(where)s”: %(points)s is not between 0 and the %(maximum)s of the part."),
    "scheme_points_step": _("“%(where)s”: %(points)s is no multiple of %(step)s, the step of marks here."),
    "scheme_best": _(
        "The best levels add up to %(best)s, but the part is worth %(maximum)s. Change the marks so that they agree."
    ),
    "scheme_method_no_text": _("Method mark %(where)s: say what it is for."),
    "scheme_method_outside": _(
        "Method mark %(where)s: %(points)s is not more than 0 and at most %(maximum)s."
    ),
    "scheme_method_most": _("The method marks add up to %(most)s, but the part is worth only %(maximum)s."),
}
IN_MARKS = ("maximum", "most", "best", "points", "step")


def sentence(problem: Problem) -> str:
    """Return one problem as a sentence that says what to do."""
    values = {name: marks(value) if name in IN_MARKS else value for name, value in problem.values.items()}
    return str(SENTENCES[problem.code]) % {"where": problem.where, **values}


def sentences(problems: Iterable[Problem]) -> list[str]:
    """Return each problem once, as a sentence, in the order found."""
    return list(dict.fromkeys(sentence(problem) for problem in problems))


def marks(thousandths: int | None) -> str:
    """Return thousandths as marks in plain text: 2500 is "2.5"; None is ""."""
    if thousandths is None:
        return ""
    whole, rest = divmod(abs(thousandths), 1000)
    sign = "-" if thousandths < 0 else ""
    return f"{sign}{whole}.{rest:03}".rstrip("0") if rest else f"{sign}{whole}"
