"""Papers, scripts and scales of any shape, for properties that an examiner would state."""

from dataclasses import replace
from fractions import Fraction

from hypothesis import strategies as st

from marksheet.rules.aggregation import (
    ItemRule,
    ItemSpec,
    PaperSpec,
    PartOutcome,
    PartSpec,
    Pick,
    SectionSpec,
    Treatment,
)
from marksheet.rules.grading import (
    Below,
    Boundary,
    DecideOn,
    Piecewise,
    Rounding,
    RoundingPolicy,
    Scale,
    Unit,
)

quarters = st.integers(0, 20).map(lambda n: Fraction(n, 4))
thirds = st.integers(0, 15).map(lambda n: Fraction(n, 3))
amounts = st.one_of(quarters, thirds)
maxima = amounts.filter(lambda amount: amount > 0)
floors = st.sampled_from([Fraction(0), None, Fraction(-1)])


@st.composite
def items(
    draw: st.DrawFn, label: str = "1", treatments: tuple[Treatment, ...] = tuple(Treatment)
) -> ItemSpec:
    parts = tuple(
        PartSpec(f"{label}.{place}", draw(maxima), draw(st.booleans()))
        for place in range(draw(st.integers(1, 3)))
    )
    rule = draw(st.sampled_from(ItemRule))
    # More right parts never earn less.
    steps = sorted(draw(st.lists(amounts, min_size=3, max_size=3)))
    return ItemSpec(
        label,
        parts,
        draw(st.sampled_from([sum((part.maximum for part in parts), Fraction(0)), Fraction(2)])),
        rule,
        tuple(enumerate(steps)) if rule is ItemRule.COUNT_CORRECT else (),
        draw(floors),
        draw(st.sampled_from(treatments)),
    )


@st.composite
def papers(
    draw: st.DrawFn,
    picks: tuple[Pick, ...] = tuple(Pick),
    treatments: tuple[Treatment, ...] = tuple(Treatment),
) -> PaperSpec:
    sections = []
    for name in "AB"[: draw(st.integers(1, 2))]:
        pick = draw(st.sampled_from(picks))
        many = draw(st.integers(1, 4))
        made = tuple(draw(items(f"{name}{place}", treatments)) for place in range(many))
        sections.append(
            SectionSpec(
                name,
                made,
                draw(st.sampled_from([Fraction(1), Fraction(2), Fraction(1, 3)])),
                draw(st.sampled_from([None, Fraction(1), Fraction(4, 3)])),
                pick,
                0 if pick is Pick.ALL else draw(st.integers(1, many)),
                draw(floors),
            )
        )
    return PaperSpec(tuple(sections), draw(floors))


@st.composite
def outcomes_for(draw: st.DrawFn, part: PartSpec) -> PartOutcome:
    if draw(st.integers(0, 9)) == 0:
        return PartOutcome(Fraction(0), False if part.machine else None, True)
    if part.machine:
        right = draw(st.booleans())
        return PartOutcome(
            part.maximum if right else draw(st.sampled_from([Fraction(0), Fraction(-1, 3)])), right
        )
    return PartOutcome(part.maximum * draw(st.sampled_from([0, 1, 2, 3, 4])) / 4)


@st.composite
def scripts_for(draw: st.DrawFn, paper: PaperSpec) -> list[list[PartOutcome]]:
    return [[draw(outcomes_for(part)) for part in item.parts] for item in paper.items]


@st.composite
def marked_papers(
    draw: st.DrawFn,
    picks: tuple[Pick, ...] = tuple(Pick),
    treatments: tuple[Treatment, ...] = tuple(Treatment),
) -> tuple[PaperSpec, list[list[PartOutcome]]]:
    paper = draw(papers(picks, treatments))
    return paper, draw(scripts_for(paper))


roundings = st.builds(
    Rounding,
    st.sampled_from(RoundingPolicy),
    st.integers(0, 3),
    st.integers(0, 3),
    st.integers(0, 2),
    st.sampled_from(DecideOn),
)
exact_roundings = roundings.map(lambda rounding: replace(rounding, decide_on=DecideOn.EXACT))
deciding_roundings = roundings.map(lambda rounding: replace(rounding, decide_on=DecideOn.ROUNDED))
percents = st.one_of(st.integers(0, 100).map(Fraction), st.integers(0, 300).map(lambda n: Fraction(n, 3)))
pass_marks = st.builds(Boundary, st.just("pass"), percents, st.just(Unit.PERCENT))


@st.composite
def bands(draw: st.DrawFn) -> tuple[Boundary, ...]:
    starts = sorted({Fraction(0), *draw(st.lists(percents, max_size=4))})
    return tuple(Boundary(f"band {place}", at) for place, at in enumerate(starts))


lines = st.sampled_from(
    [
        Piecewise(Fraction(1), Fraction(11, 2), Fraction(10)),
        Piecewise(Fraction(1), Fraction(11, 2), Fraction(10), Below.FROM_ZERO),
        Piecewise(Fraction(5), Fraction(4), Fraction(1)),
        Piecewise(Fraction(0), Fraction(10), Fraction(20)),
    ]
)


@st.composite
def scales(
    draw: st.DrawFn,
    roundings: st.SearchStrategy[Rounding] = roundings,
    forms: tuple[str, ...] = ("bands", "line", "neither"),
) -> Scale:
    form = draw(st.sampled_from(forms))
    graded = draw(bands()) if form == "bands" else ()
    return Scale(draw(pass_marks), graded, draw(lines) if form == "line" else None, draw(roundings))


@st.composite
def scores(draw: st.DrawFn) -> tuple[Fraction, Fraction]:
    """Return a score and its maximum; thirds, thousandths and exact ends among them."""
    maximum = Fraction(draw(st.integers(1, 60)))
    parts = draw(st.sampled_from([1, 2, 3, 7, 1000]))
    return maximum * draw(st.integers(0, 100 * parts)) / (100 * parts), maximum
