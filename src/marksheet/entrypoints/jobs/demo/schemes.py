"""How the demo's essays are marked."""

from dataclasses import replace
from datetime import datetime

from marksheet.apps.exams.actions.schemes import write_scheme
from marksheet.apps.exams.queries.assessments import content_of, version_for
from marksheet.entrypoints.jobs.demo.people import Cast
from marksheet.rules.schemes import Criterion, Level, MethodMark, Scheme

HALF = 500


def _criterion(name: str, *levels: str, best: int | None = None) -> Criterion:
    """Return a criterion whose levels are worth 0, 1, 2, ... marks, or as many steps up to ``best``."""
    top = len(levels) - 1
    size = 1000 if best is None else best * 1000 // top
    return Criterion(name, tuple(Level(n * size, "", words) for n, words in enumerate(levels)))


SCHEMES: dict[str, Scheme] = {
    "Misrepresentation": Scheme(
        "Reward a structured answer: issue, rule, application, conclusion. Cases need not be cited by year.\n\n"
        "Do not take marks away for spelling.",
        "Anna's statement is one of fact, not of opinion, and it was meant to make Ben buy.\n\n"
        "Ben may rescind, and may claim damages under section 2(1); the burden is Anna's.",
        HALF,
        (
            _criterion("Identifies the issues", "none", "one element", "most elements, one missing", "all"),
            _criterion(
                "Applies the law", "not applied", "a rule without its application", "applied, without authority",
                "applied with authority, small slip", "applied with authority",
            ),
            _criterion("Advises on remedies", "none", "names one remedy", "names both", "weighs them"),
        ),
    ),
    "Remedies": Scheme(
        "Damages, specific performance and rescission each need a reason why, or why not.",
        "Damages put the claimant where performance would have put them.",
        HALF,
        (
            _criterion("Damages", "none", "names the measure", "applies it", "with remoteness", best=6),
            _criterion("Equitable remedies", "none", "names one", "applies one", best=4),
            _criterion("Structure", "none", "partly", "clear throughout", best=4),
        ),
    ),
    "Tax incidence": Scheme(
        "The drawing is part of the answer: axes, both curves, the wedge.",
        "The less elastic side bears more of the tax.",
        HALF,
        (
            _criterion("Drawing", "none", "curves", "curves and wedge", best=4),
            _criterion("Who bears the tax", "none", "stated", "derived from elasticity", best=6),
            _criterion("Welfare", "none", "names the loss", "shows it", best=4),
        ),
    ),
    "Regression": Scheme(
        "Follow-through: a wrong slope used rightly earns the marks after it.",
        "b = 0.42, a = 1.9; at x = 12 the prediction is 6.9.",
        HALF,
        method_marks=(
            MethodMark("sums of squares and products", 2000),
            MethodMark("slope", 2000),
            MethodMark("intercept", 2000),
            MethodMark("prediction", 1500),
            MethodMark("says why it should not be used far outside the data", 2500),
        ),
    ),
    "Summary": Scheme("At most 120 words. Own words.", "", HALF),
    "Codification": Scheme(
        "Dates are not asked for.", "", HALF,
        (
            _criterion("Reasons for a code", "none", "one", "two", "several, weighed", best=6),
            _criterion("Comparison", "none", "described", "compared", best=6),
        ),
    ),
    "Frustration": Scheme(
        "", "", HALF,
        (
            _criterion("Doctrine", "none", "stated", "with its limits", best=6),
            _criterion("Effect", "none", "stated", "with the Act of 1943", best=6),
        ),
    ),
}  # fmt: skip


def write_schemes(cast: Cast, version_ref: str, *, at: datetime) -> None:
    """Write how each essay of an exam is marked."""
    for title, part_ref in _essays(cast, version_ref):
        if title in SCHEMES:
            write_scheme(cast.ada, part_ref, SCHEMES[title], against=0, at=at)


def clarify(cast: Cast, version_ref: str, title: str, words: str, *, at: datetime) -> None:
    """Change how one essay is marked while it is being marked."""
    part_ref = dict(_essays(cast, version_ref))[title]
    scheme = SCHEMES[title]
    longer = replace(scheme, guidance=f"{scheme.guidance}\n\n{words}")
    write_scheme(cast.ada, part_ref, longer, against=1, at=at)


def _essays(cast: Cast, version_ref: str) -> list[tuple[str, str]]:
    version = version_for(cast.ada, version_ref)
    return [
        (item.item.title, part.part.ref)
        for section in content_of(version)
        for item in section.items
        for part in item.parts
        if not part.part.machine
    ]
