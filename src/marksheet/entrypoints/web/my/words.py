"""The candidate's words: the same for everybody who stands the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marksheet.apps.release.queries.candidate import CandidateLine
from marksheet.entrypoints.shared.annotated import KINDS, Marked, Piece, pieces_of
from marksheet.rules.annotations import Kind, Stretch
from marksheet.rules.visibility import SENTENCES

WORDS = {
    "upcoming": gettext_lazy("upcoming"),
    "open": gettext_lazy("open now"),
    "being-marked": gettext_lazy("being marked"),
    "not-disclosed": gettext_lazy("not disclosed"),
    "hidden": gettext_lazy("not disclosed"),
    "withdrawn": gettext_lazy("withdrawn"),
    "not-yet-available": gettext_lazy("not yet available"),
    "absent": gettext_lazy("absent"),
    "excused": gettext_lazy("excused"),
    "deferred": gettext_lazy("deferred"),
    "missed": gettext_lazy("not taken"),
    "no-result": gettext_lazy("no result"),
    "shown": gettext_lazy("available"),
}

EXPLAINED = {
    "being-marked": gettext_lazy("Your work is being marked. Nothing is needed from you."),
    "not-disclosed": gettext_lazy("The result of this exam is not disclosed to candidates."),
    "hidden": gettext_lazy("Your result was shown before, and is not disclosed now."),
    "withdrawn": gettext_lazy(
        "Your result has been withdrawn for checking. We will tell you when it is available again."
    ),
    "not-yet-available": gettext_lazy("Your result is not yet available. The exam office can tell you more."),
    "absent": gettext_lazy("You are recorded as absent from this exam."),
    "excused": gettext_lazy("You are excused from this exam."),
    "deferred": gettext_lazy("Your exam is deferred to another date."),
    "missed": gettext_lazy("No work of yours has arrived for this exam."),
    "upcoming": gettext_lazy("This exam is still to come."),
    "open": gettext_lazy("This exam is open now."),
}


class Told(dict[str, Any]):
    """A disclosure for a template; what it does not say is None at once, not after a search among attributes."""

    def __missing__(self, name: str) -> None:
        return None


class Question(NamedTuple):
    """A line of the questions: its name, what is told below it, and its marks, of how many."""

    name: str
    notes: Sequence[str]
    marks: str


class NoteLine(NamedTuple):
    """A note on a response: its number there, what it is and where, and what it says."""

    n: int
    kind: str
    place: str
    words: str
    drawn: bool


class AnnotatedResponse(NamedTuple):
    """One response with its notes; ``prefix`` keeps the names of its notes apart from those of others."""

    name: str
    prefix: str
    pieces: Sequence[Piece]
    notes: Sequence[NoteLine]


@dataclass(frozen=True, slots=True)
class Shown:
    """A disclosure made ready for the page: nothing is added to what it holds."""

    document: Told

    @property
    def taken_on(self) -> date | None:
        """The day the exam was taken, in its own time zone."""
        text = self.document.get("taken_on") or ""
        return date.fromisoformat(text) if text else None

    @property
    def account(self) -> Sequence[str]:
        """How marks became the grade, in sentences."""
        return [
            _(line["msgid"]).format(**line["params"])
            for line in self.document.get("account", [])
            if line["msgid"] in KNOWN_SENTENCES
        ]

    @property
    def questions(self) -> Sequence[Question]:
        """The questions, if they are shown."""
        return [_question(item) for item in self.document.get("items", ())]

    @property
    def annotated(self) -> Sequence["AnnotatedResponse"]:
        """The candidate's responses with what was put on them, if that is shown and there is any."""
        return [
            _annotated(str(item["label"]), one, f"r{at}-{n}-")
            for at, item in enumerate(self.document.get("items", ()))
            for n, one in enumerate(item.get("annotations", ()))
        ]

    @property
    def percent(self) -> float | None:
        """The percentage for the bar, if it is shown."""
        return _number(self.document.get("percentage"))

    @property
    def pass_percent(self) -> float | None:
        """Where passing starts on the bar, if it is shown and is in per cent."""
        text = str(self.document.get("pass_mark", ""))
        if text.endswith("%"):
            return _number(text.rstrip(" %"))
        marks, most = _number(text.removesuffix(" marks")), _number(self.document.get("maximum"))
        return 100 * marks / most if marks is not None and most else None

    @property
    def waiting(self) -> bool:
        """Whether questions and feedback still wait."""
        return bool(self.document.get("waiting"))


def _question(item: Mapping[str, Any]) -> Question:
    notes = []
    if (answer := item.get("own_answer")) is not None:
        notes.append(f"{_('Your answer')}: {answer or '–'}")
    if correct := item.get("correct_answer"):
        notes.append(f"{_('Correct answer')}: {correct}")
    if feedback := item.get("feedback"):
        notes.append(f"“{feedback}”")
    title, maximum = item.get("title"), item.get("maximum")
    return Question(
        f"{item['label']} {title}" if title else item["label"],
        notes,
        f"{item['score']} / {maximum}" if maximum else "",
    )


def _annotated(label: str, one: Mapping[str, Any], prefix: str) -> AnnotatedResponse:
    notes = list(enumerate(one["notes"], 1))
    marked = [
        Marked(n, Kind(note["kind"]), Stretch(note["start"], note["end"]))
        for n, note in notes
        if "start" in note
    ]
    name = f"{label} {one['part']}" if one["part"] else label
    lines = [
        NoteLine(n, str(KINDS[Kind(note["kind"])]), _where(note), note["words"], "start" in note)
        for n, note in notes
    ]
    return AnnotatedResponse(name, prefix, pieces_of(one["text"], marked), lines)


def _where(note: Mapping[str, Any]) -> str:
    """Return where a note on a file stands, in words: the file itself is not on this page."""
    if "file" not in note:
        return "" if "start" in note else _("the place is no longer there")
    if "x" not in note:
        return _("file %(n)s, page %(page)s") % {"n": note["file"], "page": note["page"]}
    return _("file %(n)s, %(x)s %% from the left, %(y)s %% from the top") % {
        "n": note["file"],
        "x": note["x"] // 10,
        "y": note["y"] // 10,
    }


KNOWN_SENTENCES = frozenset(SENTENCES.values())


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def shown_of(line: CandidateLine) -> Shown | None:
    """Return the disclosure of ``line`` for the page, if it shows one."""
    return Shown(Told(line.document)) if line.document else None


def state_word(line: CandidateLine) -> str:
    """Return the word for a line of the dashboard."""
    return str(WORDS[line.word])


def explained(line: CandidateLine) -> str:
    """Return the sentence for a result that shows nothing."""
    if line.word == "no-result":
        contact = line.contact or _("your exam office")
        return _("There is no result. Please contact %(contact)s.") % {"contact": contact}
    return str(EXPLAINED.get(line.word, ""))
