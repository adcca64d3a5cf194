"""Save what stands on the marking screen: the mark and what was said beside it, in one change or not at all."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from marksheet.apps.exams.models import Schedule, Scheme
from marksheet.apps.exams.queries.anonymity import called_to
from marksheet.apps.exams.queries.paper import PartRow, paper_of
from marksheet.apps.exams.queries.schemes import newest_schemes, written
from marksheet.apps.ledger.change import Change, change, draft
from marksheet.apps.ledger.errors import BadInput, NotFound, Stale
from marksheet.apps.marking import steps
from marksheet.apps.marking.models import MarkDraft, Script
from marksheet.apps.marking.queries.judgements import CurrentJudgement, judgement_of
from marksheet.apps.marking.queries.marks import NEVER_MARKED, CurrentMark, current_marks
from marksheet.apps.marking.steps.judgements import Said
from marksheet.apps.people.models import Person
from marksheet.apps.results.actions.marks.scene import locked, marking_at, record, refuse_closed
from marksheet.apps.results.actions.marks.stopping import Stopped, refuse_stopped, watch
from marksheet.formats.texts import UnkeptCharacter, kept_text
from marksheet.rules.access import Verb
from marksheet.rules.judging import NOTHING_CHOSEN, Chosen, mark_of
from marksheet.rules.marks import BadMark, TypedMark, check_mark, shown

MOST_TEXT = 10_000


@dataclass(frozen=True, slots=True)
class PanelSave:
    """What stood on the marking screen of one part of one script.

    Args:
        scheme: number of the version of the scheme that was on the screen; 0 for none.
        mark_against, said_against: versions that were on the screen; 0 where nothing stood.
        chosen: levels, or steps of a method.
        typed: what stood in the field for a number; None where the scheme has levels or steps.
        no_response, clear: the button that was pressed, if one was: nothing was answered, or take the mark back.
    """

    script_ref: str
    part_ref: str
    scheme: int
    mark_against: int
    said_against: int
    chosen: Chosen = NOTHING_CHOSEN
    typed: TypedMark | None = None
    no_response: bool = False
    clear: bool = False
    feedback: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class SavedPanel:
    """What stands now: both versions and the mark."""

    mark_version: int
    said_version: int
    value: int | None
    no_response: bool


class StalePanel(Stale):
    """Something on the screen was older than what stands; nothing was written, what was typed is kept."""


def save_panel(actor: Person, schedule_ref: str, save: PanelSave, *, at: datetime) -> SavedPanel:
    """Save the mark of one part and what was said beside it; the mark names the scheme that was on the screen.

    While a criterion is open the mark that stands stays. The same save again by the same person, after an answer that
    was lost, answers the same.

    Raises:
        NotFound: schedule, script or part is not there, or hidden from the actor.
        NotAllowed: the actor does not mark there, or this script is not theirs to mark.
        WrongState: the script was submitted, or the schedule is not active.
        BadInput: no such choice, a mark out of range, or a text that is too long.
        StalePanel: the mark, what is said beside it, or the scheme changed since; what was typed is kept.
        Stopped: the actor is stopped there by what they gave seeds; what was typed is kept.
    """
    schedule = marking_at(actor, schedule_ref, Verb.MARK_GIVE)
    part = part_of(schedule, save.part_ref)
    _check_texts(save)
    try:
        with change(actor, Verb.MARK_GIVE, at=at) as opened:
            saved = _save(opened, actor, schedule, part, save)
    except (StalePanel, Stopped):
        _keep(actor, part, save, at)
        raise
    _forget(actor, part, save)
    return saved


def part_of(schedule: Schedule, ref: str) -> PartRow:
    """Return the part of a schedule's paper that people mark.

    Raises:
        NotFound: there is none.
    """
    parts = paper_of(schedule.version_id, schedule.key_version_id).human_parts
    part = next((one for one in parts if one.ref == ref), None)
    if part is None:
        raise NotFound(_("There is no such part in this paper."))
    return part


def _check_texts(save: PanelSave) -> None:
    for name, text in ((_("Feedback"), save.feedback), (_("Private note"), save.note)):
        if len(text) > MOST_TEXT:
            raise BadInput(
                _("%(name)s: at most %(most)s characters are kept, and this has %(n)s. Nothing was saved.")
                % {"name": name, "most": MOST_TEXT, "n": len(text)}
            )
        try:
            kept_text(text)
        except UnkeptCharacter as error:
            raise BadInput(f"{name}: {error}") from None


def _save(opened: Change, actor: Person, schedule: Schedule, part: PartRow, save: PanelSave) -> SavedPanel:
    script = locked(actor, schedule, {save.script_ref}).get(save.script_ref)
    if script is None:
        raise NotFound(_("There is no such script."))
    refuse_closed(actor, [script])
    refuse_stopped(actor, schedule, [script])
    held = current_marks([script.attempt_id], script.round).get((script.attempt_id, part.id), NEVER_MARKED)
    judged = judgement_of(script, part.id)
    scheme = newest_schemes([part.id]).get(part.id)
    number = scheme.number if scheme else 0
    meant = _meant(save, part, scheme) if save.scheme == number else None
    value, no_response = (meant.value, meant.no_response) if meant else (held.value, held.no_response)
    chosen = NOTHING_CHOSEN if save.no_response or save.clear else save.chosen
    same_mark = held.same_as(value, no_response)
    same_said = judged.same_as(chosen, save.feedback, save.note)
    if save.scheme != number or (held.version, judged.version) != (save.mark_against, save.said_against):
        if save.scheme == number and same_mark and same_said and _own(actor, held, judged, save):
            return SavedPanel(held.version, judged.version, held.value, held.no_response)
        raise StalePanel(_why(actor, schedule, save, number, held, judged))
    explains = not chosen.nothing and judged.mark_version != held.version
    said = Said(chosen, save.feedback, save.note, held.version + (not same_mark), scheme)
    version = judged.version
    if not same_mark:
        row = (script.attempt_id, part.id, value, no_response)
        under = {part.id: scheme.pk if scheme else None}
        steps.store_marks(opened, schedule, actor, script.round, [row], schemes=under)
        explains = explains or not chosen.nothing
    if not same_said or explains:
        version = steps.store_judgement(opened, script, part.id, actor, judged, said)
    if not same_mark or version != judged.version:
        _record(opened, schedule, script, marks=int(not same_mark))
        watch(opened, actor, schedule, in_hand={script.pk})
    return SavedPanel(said.mark_version, version, value, no_response)


def _meant(save: PanelSave, part: PartRow, scheme: Scheme | None) -> TypedMark | None:
    """Return the mark that is meant; None where what stands stays."""
    if save.no_response:
        return TypedMark(None, True)
    if save.clear:
        return TypedMark(None)
    try:
        if part.machine and save.typed is not None and save.typed.value is not None:
            lowest = part.lowest_thousandths
            check_mark(save.typed.value, part.maximum_thousandths, lowest_thousandths=lowest)
            return save.typed
        return mark_of(written(scheme), save.chosen, save.typed, part.maximum_thousandths)
    except BadMark as bad:
        raise BadInput(str(bad)) from bad
    except ValueError:
        raise BadInput(_("The marking scheme does not offer this level. Nothing was saved.")) from None


def _own(actor: Person, held: CurrentMark, judged: CurrentJudgement, save: PanelSave) -> bool:
    """Whether what stands is this very save, one version later."""
    marked = held.version == save.mark_against or held.marker_id == actor.pk
    return marked and (judged.version == save.said_against or judged.marker_id == actor.pk)


def _why(
    actor: Person,
    schedule: Schedule,
    save: PanelSave,
    number: int,
    held: CurrentMark,
    judged: CurrentJudgement,
) -> str:
    kept = _("Nothing was overwritten, and what you typed is kept.")
    if save.scheme != number:
        why = _("The marking scheme was changed while you marked: version %(n)s holds now.") % {"n": number}
        return f"{why} {kept}"
    changed = held.marker_id if held.version != save.mark_against else judged.marker_id
    if changed in (None, actor.pk):
        return f"{_('You saved something else here meanwhile, in another window.')} {kept}"
    other = Person.objects.filter(pk=changed).first()
    name = called_to(actor, schedule, other) if other else ""
    return f"{_('%(name)s saved something else here meanwhile.') % {'name': name}} {kept}"


def _record(opened: Change, schedule: Schedule, script: Script, *, marks: int) -> None:
    if marks:
        record(opened, schedule, [script], marks=marks)
        return
    opened.record("attempt", script.attempt_id, schedule_id=schedule.pk, did="judged", round=script.round)


def _keep(actor: Person, part: PartRow, save: PanelSave, at: datetime) -> None:
    """Keep what was typed, in a transaction of its own."""
    attempt = Script.objects.values_list("attempt_id", flat=True).get(ref=save.script_ref)
    typed = "nr" if save.no_response else ""
    if save.typed is not None and not (save.no_response or save.clear):
        typed = "nr" if save.typed.no_response else _number(save.typed)
    said = {
        "chosen": {} if save.no_response or save.clear else save.chosen.as_json(),
        "scheme": save.scheme,
        "feedback": save.feedback,
        "note": save.note,
        "clear": save.clear,
    }
    with draft():
        steps.keep_drafts(
            [
                MarkDraft(
                    attempt_id=attempt,
                    part_id=part.id,
                    person=actor,
                    typed=typed,
                    said=said,
                    against_version=save.mark_against,
                    at=at,
                )
            ]
        )


def _forget(actor: Person, part: PartRow, save: PanelSave) -> None:
    """Forget a draft of what is saved now, also where the save said nothing new."""
    attempts = Script.objects.filter(ref=save.script_ref).values("attempt")
    kept = MarkDraft.objects.filter(person=actor, part=part.id, attempt__in=attempts)
    keys = list(kept.values_list("pk", flat=True))
    if keys:
        with draft():
            MarkDraft.objects.filter(pk__in=keys).delete()


def _number(typed: TypedMark) -> str:
    return "" if typed.value is None else shown(typed.value)
