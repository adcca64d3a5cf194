"""Make the demo institution: one exam in each stage of its life, with dates relative to today."""

from collections.abc import Callable
from datetime import datetime, timedelta

from marksheet.apps.exams.queries.schedules import Schedule
from marksheet.apps.marking.queries.plan import plan_of
from marksheet.apps.release.actions.notices import queue_notices
from marksheet.apps.release.actions.publishing import carry_on, freeze_selection, publish
from marksheet.apps.release.actions.withholding import withhold
from marksheet.apps.results.actions.marks import set_plan
from marksheet.apps.results.actions.standing import mark_standing, void_attempts
from marksheet.apps.results.queries.finder import Criteria, find
from marksheet.entrypoints.jobs.demo.exams import Exam, bring_in, make_exam, plan_sitting
from marksheet.entrypoints.jobs.demo.handed import hand_in_files
from marksheet.entrypoints.jobs.demo.moderation import moderate
from marksheet.entrypoints.jobs.demo.people import CAS, Cast, make_people
from marksheet.entrypoints.jobs.demo.schemes import clarify
from marksheet.entrypoints.jobs.demo.texts import mark_on_the_screen
from marksheet.entrypoints.jobs.demo.twice import agree, drift, mark_twice, share_out
from marksheet.rules.publication import ShowResults
from marksheet.rules.visibility import Switches

LAW = ("Offer", "Acceptance", "Consideration", "Intention", "Capacity", "Terms implied by law")
ECONOMICS = (
    "Scarcity",
    "Elasticity",
    "Utility",
    "Cost curves",
    "Monopoly",
    "Oligopoly",
    "Externalities",
    "Welfare",
)
STATISTICS = (
    "Sampling",
    "Median and mean",
    "Variance",
    "Normal distribution",
    "Confidence",
    "p-values",
    "Power",
)
PHYSICS = (
    "Units",
    "Kinematics",
    "Forces",
    "Energy",
    "Momentum",
    "Rotation",
    "Oscillation",
    "Waves",
    "Heat",
    "Entropy",
)


def build(now: datetime, say: Callable[[str], None] = lambda text: None) -> None:
    """Make everything anew in an empty database; all times lie before ``now`` but those of the next exam."""
    cast = make_people(now - timedelta(days=500))
    for stage in (
        being_marked,
        marked_twice,
        with_files,
        ready,
        partly_published,
        released,
        not_disclosed,
        in_audit,
        upcoming,
    ):
        say((stage.__doc__ or "").split(".")[0])
        stage(cast, now)


def _numbers(exam: Exam, cast: Cast, *, cas: bool = False) -> list[str]:
    chosen = [one.number for one in cast.candidates[exam.first : exam.first + exam.candidates]]
    return [CAS.number, *chosen] if cas else chosen


def _refs(cast: Cast, schedule: Schedule, *states: str) -> list[str]:
    criteria = Criteria(schedules=(schedule.ref,), states=states)
    return list(find(cast.ada, criteria).order_by("sort_name", "pk").values_list("ref", flat=True))


def _publish(cast: Cast, refs: list[str], *, show: bool, inform: bool, at: datetime) -> None:
    selection = freeze_selection(cast.pia, refs=refs, at=at)
    publish(cast.pia, selection.ref, show=show, inform=inform, at=at)
    carry_on(selection.ref, at=at)
    queue_notices(selection.ref, after=0, at=at)


def being_marked(cast: Cast, now: datetime) -> None:
    """Being marked: Contract Law I, anonymous, forty of ninety marked, some in moderation, a clearer scheme."""
    exam = Exam(
        "LAW-2104", "Contract Law I", cast.law, LAW, (("Misrepresentation", 10), ("Remedies", 14)), 20, 90, 4
    )
    version = make_exam(cast, exam, at=now - timedelta(days=60))
    schedule = plan_sitting(cast, exam, version, now=now, also=[CAS])
    wanted = plan_of(schedule)
    set_plan(cast.ada, schedule.ref, wanted, anonymous=(True, True), against=0, at=now - timedelta(days=3))
    bring_in(
        cast,
        exam,
        schedule,
        _numbers(exam, cast, cas=True),
        marked=40,
        submit=False,
        at=now - timedelta(days=2),
    )
    words = "Accept “half-truth” as an argument for a statement of fact."
    clarify(cast, version, "Misrepresentation", words, at=now - timedelta(days=1))
    mark_on_the_screen(cast, schedule, at=now - timedelta(hours=21))
    moderate(cast, schedule, at=now - timedelta(hours=20))


def marked_twice(cast: Cast, now: datetime) -> None:
    """Being marked twice: European Union Law, where two markers differ, one is stopped, and one came late."""
    essays = (("Direct effect", 20), ("Free movement", 15))
    switches = Switches(summary=True, feedback=True, annotations=True)
    exam = Exam("LAW-3300", "European Union Law", cast.law, (), essays, 150, 24, 6, switches=switches)
    schedule = plan_sitting(cast, exam, make_exam(cast, exam, at=now - timedelta(days=50)), now=now)
    arrived = _numbers(exam, cast)
    bring_in(cast, exam, schedule, arrived[:-2], marked=0, submit=False, at=now - timedelta(days=5))
    share_out(cast, schedule, at=now - timedelta(days=4))
    mark_twice(cast, schedule, at=now - timedelta(days=2))
    agree(cast, schedule, at=now - timedelta(days=1))
    drift(cast, schedule, at=now - timedelta(hours=18))
    # Of the last two one is still awaited.
    bring_in(cast, exam, schedule, arrived[-2:-1], marked=0, submit=False, at=now - timedelta(hours=5))


def with_files(cast: Cast, now: datetime) -> None:
    """Being marked: Interface Design, drawings, reports and programs handed in as files."""
    essays = (("Wireframe", 6), ("Rationale", 6), ("Largest of a list", 8))
    exam = Exam("INF-1300", "Interface Design", cast.science, (), essays, 140, 8, 5)
    schedule = plan_sitting(cast, exam, make_exam(cast, exam, at=now - timedelta(days=40)), now=now)
    hand_in_files(cast, schedule, _numbers(exam, cast), at=now - timedelta(days=2))


def ready(cast: Cast, now: datetime) -> None:
    """Ready to publish: Microeconomics with last year's sitting beside it, one withheld, one void, three absent."""
    before = Exam(
        "ECO-1101", "Microeconomics", cast.economics, ECONOMICS, (("Tax incidence", 14),), 200, 80, 370
    )
    version = make_exam(cast, before, at=now - timedelta(days=450))
    last = plan_sitting(cast, before, version, now=now, suffix="-LAST")
    then = now - timedelta(days=355)
    bring_in(cast, before, last, _numbers(before, cast), at=then)
    _publish(cast, _refs(cast, last, "ready"), show=True, inform=False, at=then + timedelta(days=2))
    exam = Exam("ECO-1101", "Microeconomics", cast.economics, ECONOMICS, (("Tax incidence", 14),), 1, 120, 9)
    schedule = plan_sitting(cast, exam, version, now=now, suffix="-NOW", also=[CAS])
    arrived = _numbers(exam, cast, cas=True)[:-3]
    bring_in(cast, exam, schedule, arrived[:-6], at=now - timedelta(days=3))
    bring_in(cast, exam, schedule, arrived[-6:], marked=0, submit=False, at=now - timedelta(days=3))
    mark_standing(
        cast.ada, _refs(cast, schedule, "expected"), "absent", reason="not seen", at=now - timedelta(days=3)
    )
    rows = _refs(cast, schedule, "ready")
    withhold(cast.ada, rows[10:11], reason="The signature does not match.", at=now - timedelta(days=1))
    void_attempts(cast.ada, rows[40:41], reason="Left the hall with the paper.", at=now - timedelta(days=1))


def partly_published(cast: Cast, now: datetime) -> None:
    """Partly published: Statistics for Economists, half of it, shown to candidates."""
    exam = Exam(
        "STA-2010",
        "Statistics for Economists",
        cast.economics,
        STATISTICS,
        (("Regression", 10),),
        60,
        100,
        20,
    )
    schedule = plan_sitting(
        cast, exam, make_exam(cast, exam, at=now - timedelta(days=90)), now=now, also=[CAS]
    )
    bring_in(cast, exam, schedule, _numbers(exam, cast, cas=True), at=now - timedelta(days=12))
    rows = _refs(cast, schedule, "ready")
    mine = list(
        find(cast.ada, Criteria(text=CAS.number, schedules=(schedule.ref,))).values_list("ref", flat=True)
    )
    some = list(dict.fromkeys([*mine, *rows[:50]]))
    _publish(cast, some, show=True, inform=False, at=now - timedelta(days=8))


def released(cast: Cast, now: datetime) -> None:
    """Published and released: Physics I, shown in detail and told by e-mail; its window is still open."""
    exam = Exam(
        "PHY-1001", "Physics I", cast.science, PHYSICS, (), 120, 70, 3, hours=24 * 6,
        switches=Switches(summary=True),
    )  # fmt: skip
    schedule = plan_sitting(
        cast, exam, make_exam(cast, exam, at=now - timedelta(days=70)), now=now, also=[CAS]
    )
    bring_in(cast, exam, schedule, _numbers(exam, cast, cas=True)[:-5], at=now - timedelta(days=1))
    # Its messages leave when the demo first runs: were it published long before, they would look late.
    _publish(cast, _refs(cast, schedule, "ready"), show=True, inform=True, at=now - timedelta(minutes=1))


def not_disclosed(cast: Cast, now: datetime) -> None:
    """Published but not disclosed: the Academic Skills test, which candidates never see."""
    exam = Exam(
        "SKL-0100", "Academic Skills", cast.law, LAW[:4], (("Summary", 6),), 0, 60, 45, show=ShowResults.NEVER
    )
    schedule = plan_sitting(cast, exam, make_exam(cast, exam, at=now - timedelta(days=100)), now=now)
    bring_in(cast, exam, schedule, _numbers(exam, cast), at=now - timedelta(days=40))
    _publish(cast, _refs(cast, schedule, "ready"), show=False, inform=False, at=now - timedelta(days=35))


def in_audit(cast: Cast, now: datetime) -> None:
    """In Audit: Legal History, finished, published and shown."""
    exam = Exam("LAW-1203", "Legal History", cast.law, LAW, (("Codification", 12),), 0, 75, 80)
    schedule = plan_sitting(cast, exam, make_exam(cast, exam, at=now - timedelta(days=140)), now=now)
    bring_in(cast, exam, schedule, _numbers(exam, cast), at=now - timedelta(days=74))
    _publish(cast, _refs(cast, schedule, "ready"), show=True, inform=False, at=now - timedelta(days=70))


def upcoming(cast: Cast, now: datetime) -> None:
    """Still to come: Contract Law II, next week."""
    exam = Exam("LAW-2105", "Contract Law II", cast.law, LAW, (("Frustration", 12),), 0, 40, -7)
    plan_sitting(cast, exam, make_exam(cast, exam, at=now - timedelta(days=30)), now=now)
