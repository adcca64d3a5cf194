"""Put an annotation on a response, say something else with it, or take it away."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from marksheet.apps.exams.models import Response, Schedule
from marksheet.apps.exams.queries.anonymity import called_to
from marksheet.apps.exams.queries.files import files_of
from marksheet.apps.exams.queries.paper import PartRow
from marksheet.apps.ledger.change import Change, change
from marksheet.apps.ledger.errors import BadInput, NotFound, Stale
from marksheet.apps.marking import steps
from marksheet.apps.marking.models import Annotation, Script
from marksheet.apps.marking.queries.annotations import Placed, held, placed_from
from marksheet.apps.people.models import Person
from marksheet.apps.results.actions.marks.judging import part_of
from marksheet.apps.results.actions.marks.scene import locked, marking_at, refuse_closed
from marksheet.apps.results.actions.marks.stopping import refuse_stopped
from marksheet.formats.file_kinds import IMAGES, FileKind
from marksheet.formats.texts import UnkeptCharacter, kept_text
from marksheet.rules.access import Verb
from marksheet.rules.annotations import (
    MOST_PAGE,
    NEEDS_WORDS,
    ON_TEXT,
    BadAnchor,
    Kind,
    Spot,
    Stretch,
    quoted,
    spot,
    stretch,
)

MOST_WORDS = 1_000
MOST = 200


@dataclass(frozen=True, slots=True)
class AnnotationSave:
    """What is to stand on a response.

    Args:
        number: of the annotation that is to say something else; 0 for a new one, and only then where and what count.
        against: the version of it that was on the screen.
        at: (start, end) in code points of the text, for highlight, strike and comment.
        quote: the words that stood there on the screen; "" where it names none.
        position, page, spot: the file, its page (1 for a picture), and the place on it; without a place for a PDF.
    """

    script_ref: str
    part_ref: str
    number: int = 0
    against: int = 0
    kind: Kind = Kind.HIGHLIGHT
    words: str = ""
    at: tuple[int, int] | None = None
    quote: str = ""
    position: int | None = None
    page: int | None = None
    spot: Spot | None = None
    remove: bool = False


class StaleAnnotation(Stale):
    """The annotation is no longer what stood on the screen; nothing was written."""


def annotate(actor: Person, schedule_ref: str, save: AnnotationSave, *, at: datetime) -> Placed:
    """Put an annotation on a response, change its words or take it away; return what holds, or held.

    The same save again, after an answer that was lost, answers the same. Marks and results stay as they are.

    Raises:
        NotFound: schedule, script, part, file or annotation is not there, or hidden from the actor.
        NotAllowed: the actor does not mark there, or this script is not theirs to mark.
        WrongState: the script was submitted, or the schedule is not active.
        BadInput: there is no such place, words are missing or too long, or there are too many annotations.
        StaleAnnotation: it was changed or taken away since, or the response was.

    Source: docs/rulebook/annotations.md.
    """
    schedule = marking_at(actor, schedule_ref, Verb.MARK_GIVE)
    part = part_of(schedule, save.part_ref)
    words = _words(save)
    with change(actor, Verb.MARK_GIVE, at=at) as opened:
        script = locked(actor, schedule, {save.script_ref}).get(save.script_ref)
        if script is None:
            raise NotFound(_("There is no such script."))
        refuse_closed(actor, [script])
        refuse_stopped(actor, schedule, [script])
        there = held(script, part.id)
        if save.number:
            return _again(opened, actor, schedule, script, part, there, save, words)
        return _new(opened, actor, schedule, script, part, there, save, words)


def _words(save: AnnotationSave) -> str:
    try:
        words = kept_text(save.words).strip()
    except UnkeptCharacter as error:
        raise BadInput(f"{_('Comment')}: {error}") from None
    if len(words) > MOST_WORDS:
        raise BadInput(
            _("A comment on a response has at most %(most)s characters; this one has %(n)s.")
            % {"most": MOST_WORDS, "n": len(words)}
        )
    return words


def _new(
    opened: Change,
    actor: Person,
    schedule: Schedule,
    script: Script,
    part: PartRow,
    there: dict[int, Annotation],
    save: AnnotationSave,
    words: str,
) -> Placed:
    _refuse_silent(save.kind, words)
    number = max(there, default=0) + 1
    if sum(not one.removed for one in there.values()) >= MOST:
        raise BadInput(
            _("A response has at most %(most)s annotations. Take one away first.") % {"most": MOST}
        )
    one = _anchored(script, part, save, number, words)
    for row in there.values():
        if not row.removed and row.marker_id == actor.pk and placed_from(row).same_as(one):
            return placed_from(row)
    _store(opened, actor, schedule, script, part, one)
    return one


def _again(
    opened: Change,
    actor: Person,
    schedule: Schedule,
    script: Script,
    part: PartRow,
    there: dict[int, Annotation],
    save: AnnotationSave,
    words: str,
) -> Placed:
    row = there.get(save.number)
    if row is None:
        raise NotFound(_("There is no such annotation."))
    before = placed_from(row)
    if not save.remove:
        _refuse_silent(before.kind, words)
    same = row.removed if save.remove else (not row.removed and row.words == words)
    if row.version != save.against:
        if same and row.version == save.against + 1 and row.marker_id == actor.pk:
            return before
        raise StaleAnnotation(_why(actor, schedule, row))
    if same:
        return before
    if row.removed:
        raise StaleAnnotation(_why(actor, schedule, row))
    one = Placed(
        before.number, row.version + 1, before.kind, before.words if save.remove else words, before.digest,
        before.stretch, before.position, before.page, before.spot,
    )  # fmt: skip
    _store(opened, actor, schedule, script, part, one, removed=save.remove)
    return one


def _store(
    opened: Change,
    actor: Person,
    schedule: Schedule,
    script: Script,
    part: PartRow,
    one: Placed,
    *,
    removed: bool = False,
) -> None:
    steps.store_annotation(opened, script, part.id, actor, one, removed=removed)
    opened.record(
        "attempt", script.attempt_id, schedule_id=schedule.pk, did="annotated", round=script.round,
        annotations=1, removed=int(removed),
    )  # fmt: skip


def _refuse_silent(kind: Kind, words: str) -> None:
    if kind in NEEDS_WORDS and not words:
        raise BadInput(_("Write what you want to say there: a comment or a pin says nothing without words."))


def _anchored(script: Script, part: PartRow, save: AnnotationSave, number: int, words: str) -> Placed:
    try:
        if save.kind in ON_TEXT:
            where = _on_text(script, part, save)
            digest = quoted(where[1])
            return Placed(number, 1, save.kind, words, digest, where[0])
        return _on_file(script, part, save, number, words)
    except BadAnchor as bad:
        raise BadInput(anchor_words(bad)) from None


def _on_text(script: Script, part: PartRow, save: AnnotationSave) -> tuple[Stretch, str]:
    rows = Response.objects.filter(attempt=script.attempt_id, part=part.id)
    text = rows.values_list("answer__value", flat=True).first() or ""
    if save.at is None:
        raise BadAnchor("blank")
    if save.quote and (save.at[1] > len(text) or text[slice(*save.at)] != save.quote):
        raise StaleAnnotation(
            _(
                "The response was changed while you read it. Nothing was saved: load the page, then mark it again."
            )
        )
    found = stretch(text, *save.at)
    return found, found.of(text)


def _on_file(script: Script, part: PartRow, save: AnnotationSave, number: int, words: str) -> Placed:
    row = next((one for one in files_of(script.attempt_id, part.id) if one.position == save.position), None)
    kind = FileKind(row.kind) if row is not None else None
    if row is None or not (kind in IMAGES or kind is FileKind.PDF):
        raise NotFound(_("There is no such picture or PDF among what was handed in."))
    if kind is FileKind.PDF:
        # The browser's own reader shows it, where nothing can be laid over: a page number stands for the place.
        if save.page is None or not 1 <= save.page <= MOST_PAGE:
            raise BadAnchor("page")
        return Placed(number, 1, Kind.PIN, words, row.sha256, None, row.position, save.page)
    if save.spot is None:
        raise BadAnchor("outside")
    place = spot(save.kind, save.spot.x, save.spot.y, save.spot.width, save.spot.height)
    return Placed(number, 1, save.kind, words, row.sha256, None, row.position, 1, place)


def anchor_words(bad: BadAnchor) -> str:
    """Return why there is no such place on a response, and what to do."""
    said = {
        "outside": _("This place lies outside the response. It has %(n)s words.")
        if bad.count
        else _("This place lies outside the response. Places on a picture go from 0 to 1000."),
        "blank": _(
            "Nothing is marked there: choose at least one word, or a region with a width and a height."
        ),
        "order": _("The last word comes before the first one."),
        "missing": _("These words do not stand in the response. Copy them from it, or name their numbers.")
        if not bad.count
        else _("These words stand there only %(n)s times."),
        "several": _("These words stand there %(n)s times. Say which of them, from 1."),
        "page": _("Name the page of the PDF, from 1."),
        "number": _("Type the numbers of the words, or the place, as whole numbers."),
    }
    return f"{said[bad.code] % {'n': bad.count}} {_('Nothing was saved.')}"


def _why(actor: Person, schedule: Schedule, row: Annotation) -> str:
    kept = _("Nothing was overwritten, and what you typed is kept.")
    if row.marker_id == actor.pk:
        what = (
            _("You took this annotation away meanwhile, in another window.")
            if row.removed
            else _("You saved something else here meanwhile, in another window.")
        )
        return f"{what} {kept}"
    name = called_to(actor, schedule, row.marker)
    what = (
        _("%(name)s took this annotation away meanwhile.")
        if row.removed
        else _("%(name)s saved something else here meanwhile.")
    )
    return f"{what % {'name': name}} {kept}"
