"""What stands beside a mark: the newest judgement of its cell."""

from dataclasses import dataclass

from marksheet.apps.marking.models import Judgement, Script
from marksheet.rules.judging import NOTHING_CHOSEN, Chosen


@dataclass(frozen=True, slots=True)
class CurrentJudgement:
    """The judgement that holds in a cell; ``version`` 0 means that nothing was ever said there."""

    version: int = 0
    chosen: Chosen = NOTHING_CHOSEN
    feedback: str = ""
    note: str = ""
    mark_version: int = 0
    marker_id: int | None = None

    def same_as(self, chosen: Chosen, feedback: str, note: str) -> bool:
        """Whether it says exactly that."""
        return (self.chosen.as_json(), self.feedback, self.note) == (chosen.as_json(), feedback, note)


NEVER_JUDGED = CurrentJudgement()


def judgement_of(script: Script, part_id: int) -> CurrentJudgement:
    """Return the judgement that holds for a part of a script that the caller was let to."""
    rows = Judgement.objects.filter(attempt=script.attempt_id, part=part_id, round=script.round)
    row = rows.order_by("-version").first()
    if row is None:
        return NEVER_JUDGED
    return CurrentJudgement(
        row.version, Chosen.from_json(row.chosen), row.feedback, row.note, row.mark_version, row.marker_id
    )
