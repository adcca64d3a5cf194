"""Store what was said beside a mark, as a new version."""

from dataclasses import dataclass

from marksheet.apps.exams.models import Scheme
from marksheet.apps.ledger.change import Change
from marksheet.apps.marking.models import Judgement, Script
from marksheet.apps.marking.queries.judgements import CurrentJudgement
from marksheet.apps.marking.steps.hands import note_hands_on
from marksheet.apps.people.models import Person
from marksheet.rules.judging import Chosen


@dataclass(frozen=True, slots=True)
class Said:
    """What is to stand beside a mark; ``mark_version`` is the version of the mark that it explains."""

    chosen: Chosen
    feedback: str
    note: str
    mark_version: int
    scheme: Scheme | None


def store_judgement(
    opened: Change, script: Script, part_id: int, marker: Person, before: CurrentJudgement, said: Said
) -> int:
    """Store what a marker said as the next version, and return it. The caller holds the script and has compared.

    The line in the log says which of the two texts are there now, never what they say.
    """
    version = before.version + 1
    Judgement.objects.bulk_create(
        [
            Judgement(
                attempt_id=script.attempt_id,
                part_id=part_id,
                round=script.round,
                version=version,
                marker=marker,
                mark_version=said.mark_version,
                scheme=said.scheme,
                chosen=said.chosen.as_json(),
                feedback=said.feedback,
                note=said.note,
                event_id=opened.event_id,
                at=opened.at,
            )
        ]
    )
    told = {"part": part_id, "version": version, "feedback": bool(said.feedback), "note": bool(said.note)}
    opened.lines([("attempt", script.attempt_id, {"round": script.round, "judged": told})])
    note_hands_on(opened, [(script.attempt_id, marker.pk)])
    Script.objects.filter(pk=script.pk).update(
        last_saved_at=opened.at, marker_id=script.marker_id or marker.pk
    )
    return version
