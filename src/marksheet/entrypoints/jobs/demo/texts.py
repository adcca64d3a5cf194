"""What the demo's candidates wrote, and what its markers said beside it on the marking screen."""

import random
from datetime import datetime

from marksheet.apps.exams.queries.paper import paper_of
from marksheet.apps.exams.queries.schedules import Schedule
from marksheet.apps.marking.actions.comments import keep_comment
from marksheet.apps.marking.queries.submissions import ScriptStatus, submissions_of
from marksheet.apps.marking.queries.workshop import workshop_of
from marksheet.apps.results.actions.marks import PanelSave, flag_script, save_panel
from marksheet.entrypoints.jobs.demo.people import Cast
from marksheet.rules.judging import Chosen

# Paragraphs of an essay: of each, one of the openings and some of what may follow.
ESSAYS: dict[str, tuple[tuple[str, ...], ...]] = {
    "Misrepresentation": (
        (
            "Ben may be able to rescind the contract for misrepresentation, since Anna made a false statement of fact"
            " and not of opinion.",
            "The question is whether Anna told Ben something untrue that made him buy the horse.",
            "Anna said the horse “has never lost a race”. That is a statement of fact.",
        ),
        (
            "It could be argued that “never lost” is mere puff. In Bisset v Wilkinson the court held that a statement"
            " by a person without special knowledge was opinion; but Anna owned the horse and knew its record.",
            "A seller who knows the record cannot hide behind an opinion: Smith v Land and House.",
            "Sellers always praise what they sell, and Ben should have asked for the papers.",
        ),
        (
            "Inducement is presumed where a reasonable person would have been moved.",
            "Ben must prove that he would not have bought.",
            "He relied on her words; that he could have checked them does not matter (Redgrave v Hurd).",
        ),
        (
            "He can rescind, and damages under section 2(1) are measured as if there had been fraud.",
            "He should get his money back.",
            "Rescission may be barred if Ben waited too long.\nDamages remain.",
        ),
    ),
    "Remedies": (
        (
            "Damages put the claimant where performance would have put him: Robinson v Harman.",
            "The normal remedy is money.",
            "Expectation damages come first.",
        ),
        (
            "Loss that was too remote is left out. Hadley v Baxendale has two limbs.",
            "The claimant must keep the loss small.",
            "Only what both could foresee counts.",
        ),
        (
            "Specific performance is for unique goods, and never for services.",
            "Equity helps where damages are not enough, for land above all.",
            "A court will not order what it would have to supervise.",
        ),
    ),
    "Direct effect": (
        (
            "A provision has direct effect where it is clear, precise and unconditional: Van Gend en Loos.",
            "Direct effect means that a person can rely on the Treaty before a court at home.",
            "The Union's law is above the law of the states.",
        ),
        (
            "A directive binds the state alone. Marshall says that a private employer is not bound by it.",
            "Directives work once the time to carry them out is over: Ratti.",
            "Carla cannot rely on the directive against a shop.",
        ),
        (
            "The court must read the law at home in its light as far as it can, which may be enough for Carla.",
            "If all fails, the state is liable under Francovich, where the breach is serious.",
            "She may sue the state.",
        ),
    ),
    "Free movement": (
        (
            "A rule that treats all goods alike can still hinder them: Cassis de Dijon.",
            "Every trading rule that hinders trade, directly or not, is caught: Dassonville.",
            "The ban is a restriction.",
        ),
        (
            "It can be justified by the protection of consumers if it is proportionate, and a label would do.",
            "Keck takes selling arrangements out, but this is about the product itself.",
            "Health is a reason.",
        ),
    ),
}  # fmt: skip


def essay(title: str, chance: random.Random, ability: float) -> str | None:
    """Return what a candidate wrote to an essay, None for no response; "" where the demo has no texts for it."""
    paragraphs = ESSAYS.get(title)
    if paragraphs is None:
        return ""
    if chance.random() > ability + 0.55:
        return None
    written = [chance.choice(some) for some in paragraphs if chance.random() < ability + 0.3]
    return "\n\n".join(written or [paragraphs[0][-1]])


def mark_on_the_screen(cast: Cast, schedule: Schedule, *, at: datetime) -> None:
    """Mo chooses levels for a few scripts, with feedback, a note and a comment to use again; Mei flags one."""
    part = paper_of(schedule.version_id, schedule.key_version_id).human_parts[0]
    scripts, _following = submissions_of(cast.mo, schedule, status=ScriptStatus.FINISHED, size=4)
    words = (
        "Good use of the cases; the remedy is missing.",
        "Say which rule you apply.",
        "Clear throughout.",
    )
    for one, levels, feedback in zip(scripts, ((2, 3, 1), (1, 2, 1), (3, 4, 3)), words, strict=False):
        seen = workshop_of(cast.mo, schedule, one.ref, part.ref)
        save = PanelSave(
            one.ref,
            part.ref,
            scheme=seen.number,
            mark_against=seen.mark.version,
            said_against=seen.said.version,
            chosen=Chosen(levels=levels),
            feedback=feedback,
            note="Between two levels; see paragraph two." if levels == (1, 2, 1) else "",
        )
        save_panel(cast.mo, schedule.ref, save, at=at)
    keep_comment(cast.mo, schedule.ref, part.ref, words[1], at=at)
    flag_script(
        cast.mei, schedule.ref, scripts[-1].ref, "Two paragraphs are word for word those of a textbook.",
        part_ref=part.ref, at=at,
    )  # fmt: skip
