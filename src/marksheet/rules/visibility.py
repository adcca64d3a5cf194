"""What one candidate may see of one result is decided here, and written down exactly so."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from marksheet.rules.account import (
    SENTENCES,
    SectionLine,
    Sentence,
    adjustment_sentences,
    section_sentences,
    sentence,
)
from marksheet.rules.grading import Step
from marksheet.rules.rounding import Rounding

__all__ = [
    "SENTENCES", "AttemptLine", "BadDisclosure", "BadSwitches", "ItemLine", "ResultFacts", "SectionLine",
    "Sentence", "Switches", "account", "canonical_json", "disclose", "questions_open",
]  # fmt: skip

LARGEST_EXACT_INT = 2**53 - 1
# What these switches show would give away questions, keys or schemes that are still in use.
WAITING_SWITCHES = ("detail", "feedback", "annotations", "annotated_script")


class BadSwitches(ValueError):
    """Stored switches that name something unknown, or are not yes or no."""


class BadDisclosure(ValueError):
    """A value that a disclosure cannot hold."""


@dataclass(frozen=True, slots=True)
class Switches:
    """What a released result shows its candidate."""

    percentage: bool = True
    score: bool = True
    pass_mark: bool = True
    outcome: bool = True
    grade: bool = True
    summary: bool = False
    detail: bool = False
    feedback: bool = False
    annotations: bool = False
    score_report: bool = False
    annotated_script: bool = False

    def to_json(self) -> dict[str, bool]:
        """Return every switch by name."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Switches":
        """Return the switches of ``stored``; those it does not name are as by default.

        Raises:
            BadSwitches: an unknown name, or a value that is not true or false.
        """
        unknown = sorted(set(stored) - {one.name for one in fields(cls)})
        if unknown:
            raise BadSwitches(f"There is no switch called {', '.join(unknown)}.")
        for name, value in stored.items():
            if not isinstance(value, bool):
                raise BadSwitches(f"The switch {name} is on or off (true or false), not {value!r}.")
        return cls(**stored)


@dataclass(frozen=True, slots=True)
class AttemptLine:
    """One released attempt as listed: its number, the date taken (ISO) and whether it counts."""

    number: int
    taken_on: str
    counts: bool


class Written(dict[str, Any]):
    """A part of a document, with its canonical text; not changed once it is written."""

    def __init__(self, part: Mapping[str, Any]) -> None:
        super().__init__(part)
        self.text = canonical_json(dict(part)).decode()


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One item as shown: marks, answers and feedback as text; None where there is none.

    ``annotated`` are the responses of its parts that have annotations: their text, and the notes on it.
    ``written`` keeps how the line was written for a set of switches: a cohort has few different lines.
    """

    label: str
    title: str
    score: str
    maximum: str
    own_answer: str | None = None
    correct_answer: str | None = None
    feedback: str | None = None
    starred: bool = False
    annotated: tuple[Mapping[str, Any], ...] = ()
    written: "dict[tuple[bool, bool, bool, bool], Written]" = field(
        default_factory=dict, compare=False, repr=False
    )


@dataclass(frozen=True, slots=True)
class ResultFacts:
    """Everything about one result version that its candidate could be shown; all text.

    Args:
        taken_on: ISO date in the schedule's zone.
        attempt: number of the attempt that counts; None for a void result.
        outcome: passed, failed or void.
        score, maximum, percent: as ``grading.grade`` shows them ("27.5", "50", "55.0").
        pass_mark: as shown, with its unit ("33 %", "16.5 marks").
        steps: those of ``grading.grade``, for the account.
        feedback: to the whole of the work.
    """

    assessment_title: str
    assessment_code: str
    schedule_title: str
    taken_on: str
    attempt: int | None
    outcome: str
    score: str = ""
    maximum: str = ""
    percent: str = ""
    grade: str = ""
    pass_mark: str = ""
    attempts: tuple[AttemptLine, ...] = ()
    sections: tuple[SectionLine, ...] = ()
    items: tuple[ItemLine, ...] = ()
    steps: tuple[Step, ...] = ()
    rounding: Rounding = field(default_factory=Rounding)
    feedback: str = ""


def questions_open(attempts_left: bool, windows_closed: bool, lifted: bool) -> bool:
    """Say whether questions, keys, schemes and feedback may be shown.

    Args:
        attempts_left: this candidate can still begin an attempt.
        windows_closed: every window that uses the version is over.
        lifted: the author lifted the wait (practice exams).
    """
    return lifted or (windows_closed and not attempts_left)


def disclose(facts: ResultFacts, switches: Switches, *, questions_open: bool) -> dict[str, Any]:
    """Return the document of exactly what the candidate may see: only what a switch allows is in it.

    Keys always there: assessment, schedule, taken_on, attempt, attempts, void, waiting (names of
    switches that are on but wait until ``questions_open``). Keys by switch: score, maximum,
    percentage, pass_mark, outcome, grade, sections, items, feedback, account. A void result has
    none of those.

    Source: docs/rulebook/visibility.md.
    """
    document: dict[str, Any] = {
        "assessment": {"title": facts.assessment_title, "code": facts.assessment_code},
        "schedule": facts.schedule_title,
        "taken_on": facts.taken_on,
        "attempt": facts.attempt,
        "attempts": [
            {"number": line.number, "taken_on": line.taken_on, "counts": line.counts}
            for line in facts.attempts
        ],
        "void": facts.outcome == "void",
        "waiting": [],
    }
    if facts.outcome == "void":
        return document
    waiting = [name for name in WAITING_SWITCHES if getattr(switches, name) and not questions_open]
    document["waiting"] = waiting
    document |= _numbers(facts, switches)
    if switches.summary:
        document["sections"] = [
            {"name": line.name, "score": line.score, "maximum": line.maximum} for line in facts.sections
        ]
    detail = switches.detail and questions_open
    feedback = switches.feedback and questions_open
    annotations = switches.annotations and questions_open
    if switches.summary or detail or feedback or annotations:
        shape = (switches.summary or detail, detail, feedback, annotations)
        document["items"] = [line.written.get(shape) or _item(line, *shape) for line in facts.items]
    if feedback:
        document["feedback"] = facts.feedback
    document["account"] = [line.to_json() for line in account(facts, switches)]
    return document


def _numbers(facts: ResultFacts, switches: Switches) -> dict[str, Any]:
    numbers: dict[str, Any] = {}
    if switches.score:
        numbers |= {"score": facts.score, "maximum": facts.maximum}
    if switches.percentage:
        numbers["percentage"] = facts.percent
    if switches.pass_mark:
        numbers["pass_mark"] = facts.pass_mark
    if switches.outcome:
        numbers["outcome"] = facts.outcome
    if switches.grade:
        numbers["grade"] = facts.grade
    return numbers


def _item(line: ItemLine, marks: bool, detail: bool, feedback: bool, annotations: bool) -> Written:
    item: dict[str, Any] = {"label": line.label, "starred": line.starred}
    if marks:
        item |= {"score": line.score, "maximum": line.maximum}
    if detail:
        item |= {
            "title": line.title,
            "own_answer": line.own_answer,
            "correct_answer": line.correct_answer,
        }
    if feedback:
        item["feedback"] = line.feedback
    if annotations:
        item["annotations"] = [dict(one) for one in line.annotated]
    written = line.written[marks, detail, feedback, annotations] = Written(item)
    return written


def account(facts: ResultFacts, switches: Switches) -> tuple[Sentence, ...]:
    """Return how marks became the grade, saying nothing that a switch hides.

    Source: docs/rulebook/visibility.md#the-account.
    """
    lines: list[Sentence] = []
    if switches.summary:
        lines += section_sentences(facts.sections)
    if switches.score:
        lines += adjustment_sentences(facts.steps, facts.rounding, pass_mark=switches.pass_mark)
        if switches.percentage:
            lines.append(sentence("percent", score=facts.score, maximum=facts.maximum, percent=facts.percent))
        else:
            lines.append(sentence("score", score=facts.score, maximum=facts.maximum))
    if switches.outcome:
        lines += _verdict(facts, switches)
    if switches.grade and facts.grade:
        lines.append(sentence("grade", grade=facts.grade))
    if lines:
        lines.append(sentence("rounding"))
    return tuple(lines)


def _verdict(facts: ResultFacts, switches: Switches) -> list[Sentence]:
    missed = [line.name for line in facts.sections if line.below_minimum]
    if missed:
        return [sentence("section_below_minimum", names=", ".join(missed))]
    if not switches.pass_mark:
        return []
    reached = "reached" if facts.outcome == "passed" else "not_reached"
    return [sentence(reached, pass_mark=facts.pass_mark)]


def canonical_json(value: Any) -> bytes:
    """Return ``value`` as the one sequence of bytes it can have (RFC 8785).

    Raises:
        BadDisclosure: a float, a key that is not ASCII text, a whole number beyond 2**53 - 1,
            half a surrogate pair, or any other type.
    """
    return _text(value).encode("utf-8")


def _text(value: Any) -> str:
    items = value.get("items") if isinstance(value, dict) else None
    if not isinstance(items, list) or not items or not all(type(item) is Written for item in items):
        return _dumped(value)
    # What is written already is put in its place among the keys; the rest is written around it.
    before = _dumped({key: each for key, each in value.items() if key < "items"})
    behind = _dumped({key: each for key, each in value.items() if key > "items"})
    written = f'"items":[{",".join([item.text for item in items])}]'
    return "{" + ",".join(text for text in (before[1:-1], written, behind[1:-1]) if text) + "}"


def _dumped(value: Any) -> str:
    try:
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise BadDisclosure("A text holds half a character (a lone surrogate).") from None
    except (TypeError, ValueError):
        _check(value)
        raise
    # Nearly every document is plain; only one that does not read back as it was is looked at piece by piece.
    if not _reads_back(text, value):
        _check(value)
    return text


def _reads_back(text: str, value: object) -> bool:
    """Whether ``text`` says ``value`` in nothing but what a disclosure can hold; quick, and never wrongly true."""
    try:
        return bool(_PLAIN.decode(text) == value)
    except BadDisclosure:
        return False


def _refused(found: str) -> Any:
    raise BadDisclosure(f"A disclosure cannot hold {found}.")


def _small(digits: str) -> int:
    number = int(digits)
    return number if abs(number) <= LARGEST_EXACT_INT else _refused(digits)


def _with_ascii_keys(found: dict[str, Any]) -> dict[str, Any]:
    return found if "".join(found).isascii() else _refused("a key that is not ASCII text")


_PLAIN = json.JSONDecoder(
    parse_float=_refused, parse_constant=_refused, parse_int=_small, object_hook=_with_ascii_keys
)


def _check(value: object) -> None:
    if value is None or isinstance(value, bool | str):
        return
    if isinstance(value, int):
        if abs(value) > LARGEST_EXACT_INT:
            raise BadDisclosure(f"{value} is too large for a whole number; keep it as text.")
    elif isinstance(value, list | tuple):
        for each in value:
            if type(each) is not str:  # nearly all are: not worth a call each
                _check(each)
    elif isinstance(value, dict):
        for key, each in value.items():
            if not isinstance(key, str) or not key.isascii():
                raise BadDisclosure(f"The key {key!r} is not ASCII text.")
            if type(each) is not str:
                _check(each)
    else:
        raise BadDisclosure(f"A disclosure cannot hold {value!r} ({type(value).__name__}).")
