"""The demo's exams: what is asked, who sits them, and the work that comes in."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction

from marksheet.apps.exams.actions import authoring, items, settings
from marksheet.apps.exams.actions.schedules import Plan, create_schedule
from marksheet.apps.exams.queries.assessments import draft_of
from marksheet.apps.exams.queries.schedules import Schedule
from marksheet.apps.marking.actions.people import add_assessors
from marksheet.apps.marking.queries.people import Kind, Rights
from marksheet.apps.people.queries import Unit
from marksheet.apps.results.actions.enrolment import Candidate, enrol_candidates
from marksheet.apps.results.actions.intake import WorkOptions, import_work
from marksheet.apps.results.actions.schedules import activate
from marksheet.entrypoints.jobs.demo.people import Cast
from marksheet.entrypoints.jobs.demo.schemes import write_schemes
from marksheet.entrypoints.jobs.demo.texts import essay
from marksheet.formats.work_layout import Blank, Work, WorkRow
from marksheet.rules.authoring import ItemDraft, PartDraft, SectionDraft
from marksheet.rules.grading import Below, Piecewise, Rounding, Scale, pass_at
from marksheet.rules.publication import ShowResults
from marksheet.rules.scoring import Match
from marksheet.rules.visibility import Switches

DUTCH = Scale(
    pass_at(55),
    piecewise=Piecewise(Fraction(1), Fraction(11, 2), Fraction(10), Below.FROM_LOWEST),
    rounding=Rounding(grade_decimals=1, percent_decimals=0),
)


@dataclass(frozen=True, slots=True)
class Exam:
    """One exam of the demo; ``ago`` is how many days before today its window opened."""

    code: str
    title: str
    unit: Unit
    questions: Sequence[str]
    essays: Sequence[tuple[str, int]]
    first: int
    candidates: int
    ago: float
    hours: float = 3
    show: str = ShowResults.PUBLISHER_DECIDES
    switches: Switches = field(default_factory=lambda: Switches(summary=True))


def make_exam(cast: Cast, exam: Exam, *, at: datetime) -> str:
    """Author the exam and make it live; return the ref of its version."""
    assessment = authoring.create_assessment(cast.ada, exam.unit.ref, code=exam.code, title=exam.title, at=at)
    version = draft_of(assessment)
    if version is None:
        raise RuntimeError(f"{exam.code} has no draft to write.")
    if exam.essays and exam.questions:
        items.add_section(cast.ada, version.ref, SectionDraft("Essays"), at=at)
    items.add_items(cast.ada, version.ref, list(_questions(exam)), at=at)
    write_schemes(cast, version.ref, at=at)
    settings.edit_settings(
        cast.ada, version.ref, settings.Settings(show_results=exam.show, switches=exam.switches), at=at
    )
    settings.edit_scale(cast.ada, version.ref, DUTCH, at=at)
    authoring.make_live(cast.ada, version.ref, at=at)
    return str(version.ref)


def _questions(exam: Exam) -> Sequence[ItemDraft]:
    choices = [
        ItemDraft(
            label=str(n),
            title=title,
            maximum_thousandths=2000,
            parts=(
                PartDraft(
                    label=str(n), machine=True, maximum_thousandths=2000, match=Match.CHOICE, options=tuple("ABCD"),
                    correct=("ABCD"[len(title) % 4],),
                ),
            ),
        )
        for n, title in enumerate(exam.questions, start=1)
    ]  # fmt: skip
    essays = [
        ItemDraft(
            label=str(n),
            title=title,
            section="Essays" if exam.questions else "",
            maximum_thousandths=marks * 1000,
            parts=(PartDraft(label=str(n), machine=False, maximum_thousandths=marks * 1000),),
        )
        for n, (title, marks) in enumerate(exam.essays, start=len(exam.questions) + 1)
    ]
    return [*choices, *essays]


def plan_sitting(
    cast: Cast,
    exam: Exam,
    version_ref: str,
    *,
    now: datetime,
    suffix: str = "",
    also: Sequence[Candidate] = (),
) -> Schedule:
    """Plan the exam's sitting with its candidates and people, and activate it."""
    opens_at = (now - timedelta(days=exam.ago)).replace(hour=8, minute=0, second=0, microsecond=0)
    planned_at = opens_at - timedelta(days=14)
    schedule = create_schedule(
        cast.ada,
        exam.unit.ref,
        version_ref,
        Plan(
            title=exam.title,
            code=f"{exam.code}{suffix}",
            opens_at=opens_at,
            closes_at=opens_at + timedelta(hours=exam.hours),
            timezone="Europe/Amsterdam",
            venue="Hall 2",
        ),
        at=planned_at,
    )
    chosen = [*also, *cast.candidates[exam.first : exam.first + exam.candidates]]
    enrol_candidates(cast.ada, schedule.ref, chosen, at=planned_at)
    activate(cast.ada, schedule.ref, at=planned_at)
    rights = {
        cast.mo.ref: Rights(), cast.mei.ref: Rights(), cast.max.ref: Rights(Kind.MODERATOR),
        cast.pia.ref: Rights(Kind.OTHER, publish=True),
    }  # fmt: skip
    for person_ref, right in rights.items():
        add_assessors(cast.ada, schedule.ref, [person_ref], right, at=planned_at)
    return schedule


def bring_in(
    cast: Cast,
    exam: Exam,
    schedule: Schedule,
    numbers: Sequence[str],
    *,
    marked: int | None = None,
    submit: bool = True,
    at: datetime,
) -> None:
    """Bring in the work of the candidates with these numbers; ``marked``: only so many of them are marked."""
    chance = random.Random(exam.code)  # noqa: S311 - a demo, the same every time
    words = random.Random(exam.title)  # noqa: S311 - a demo, the same every time
    rows = []
    for k, number in enumerate(numbers):
        ability = min(0.98, max(0.15, chance.gauss(0.66, 0.17)))
        answers: dict[str, str | None] = {}
        marks: dict[str, int | Blank] = {}
        for n, title in enumerate(exam.questions, start=1):
            right = "ABCD"[len(title) % 4]
            wrong = chance.choice([one for one in "ABCD" if one != right])
            answers[str(n)] = (
                right if chance.random() < ability else (wrong if chance.random() < 0.93 else None)
            )
        for n, (title, most) in enumerate(exam.essays, start=len(exam.questions) + 1):
            text = essay(title, words, ability)
            if text != "":
                answers[str(n)] = text
            value = round(min(1.0, max(0.0, chance.gauss(ability, 0.15))) * most * 2) * 500
            marks[str(n)] = value if marked is None or k < marked else Blank.NOT_YET_MARKED
        rows.append(WorkRow(number, k + 2, answers, marks))
    import_work(
        cast.ada,
        schedule.ref,
        Work(tuple(rows), (), f"demo-{exam.code}-{len(rows)}-{marked}-{submit}"),
        WorkOptions(marker=cast.mo if exam.essays else None, submit=submit, reason="papers scanned late"),
        at=at,
    )
