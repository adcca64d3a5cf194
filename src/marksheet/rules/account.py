"""A plain account of how marks became the grade: sentences with names to fill in, one per step."""

from dataclasses import dataclass

from marksheet.rules.grading import Step
from marksheet.rules.rounding import Rounding, shown_marks

# The sentences that can occur; pages translate them and then fill in the names.
SENTENCES: dict[str, str] = {
    "section": "Section {name}: {score} of {maximum} marks.",
    "section_weighted": "Section {name}: {score} of {maximum} marks, which count {weight} times.",
    "special_consideration": "Special consideration: {marks} marks, from {before} to {after}.",
    "late_penalty": "Late penalty: {marks} marks, from {before} to {after}.",
    "cap_at_pass": "The score is capped at the pass mark: from {before} to {after} marks.",
    "capped": "The score is capped: from {before} to {after} marks.",
    "score": "Together that is {score} of {maximum} marks.",
    "percent": "{score} of {maximum} marks is {percent} per cent.",
    "reached": "The pass mark of {pass_mark} was reached.",
    "not_reached": "The pass mark of {pass_mark} was not reached.",
    "section_below_minimum": "A section that must be passed was not: {names}.",
    "grade": "This gives the grade {grade}.",
    "rounding": "Numbers are rounded once, at the end.",
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One line of the account: the sentence, and what to fill in."""

    msgid: str
    params: tuple[tuple[str, str], ...]

    def to_json(self) -> dict[str, object]:
        """Return the line as a disclosure keeps it."""
        return {"msgid": self.msgid, "params": dict(self.params)}


@dataclass(frozen=True, slots=True)
class SectionLine:
    """One section as shown: marks as text; ``weight`` is "1" where it changes nothing."""

    name: str
    score: str
    maximum: str
    weight: str = "1"
    below_minimum: bool = False


def sentence(code: str, **params: str) -> Sentence:
    """Return the sentence ``code`` of ``SENTENCES`` with what to fill in."""
    return Sentence(SENTENCES[code], tuple(sorted(params.items())))


ADJUSTMENTS = ("special_consideration", "late_penalty", "cap_at_pass")


def adjustment_sentences(
    steps: tuple[Step, ...], rounding: Rounding, *, pass_mark: bool
) -> tuple[Sentence, ...]:
    """Return one sentence per adjustment among ``steps`` that changed the score; never the reason for it.

    Args:
        pass_mark: whether it may be said where the pass mark lies.
    """
    found = []
    for step in steps:
        if step.name not in ADJUSTMENTS or step.before == step.after:
            continue
        told = {"before": step.before, "after": step.after}
        if step.name == "cap_at_pass":
            name = step.name if pass_mark else "capped"
        else:
            name, told["marks"] = step.name, abs(step.after - step.before)
        found.append(sentence(name, **{key: shown_marks(value, rounding) for key, value in told.items()}))
    return tuple(found)


def section_sentences(sections: tuple[SectionLine, ...]) -> tuple[Sentence, ...]:
    """Return one sentence per section, where there is more than one or a weight."""
    if len(sections) == 1 and sections[0].weight == "1":
        return ()
    return tuple(
        sentence("section", name=line.name, score=line.score, maximum=line.maximum)
        if line.weight == "1"
        else sentence(
            "section_weighted", name=line.name, score=line.score, maximum=line.maximum, weight=line.weight
        )
        for line in sections
    )
