"""Adding up: what an examiner would say of any paper and any script."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from marksheet.rules.aggregation import (
    BadPaper,
    Compiled,
    ItemRule,
    ItemSpec,
    PaperSpec,
    PartOutcome,
    PartSpec,
    Pick,
    SectionSpec,
    Treatment,
    aggregate,
    checked,
    compile_paper,
)
from tests.rules.second import checks
from tests.rules.strategies import marked_papers

Marked = tuple[PaperSpec, list[list[PartOutcome]]]
COUNTS = (Treatment.COUNTS,)
UNMARKED = PartOutcome(None)
ZERO = Fraction(0)


def change_item(paper: PaperSpec, place: int, **changes: Any) -> PaperSpec:
    sections, start = [], 0
    for section in paper.sections:
        inside = list(section.items)
        if start <= place < start + len(inside):
            inside[place - start] = replace(inside[place - start], **changes)
        sections.append(replace(section, items=tuple(inside)))
        start += len(inside)
    return replace(paper, sections=tuple(sections))


@given(marked_papers(picks=(Pick.ALL, Pick.BEST)), st.data())
def test_the_order_of_items_changes_nothing(marked: Marked, data: st.DataObject):
    paper, script = marked
    sections, shuffled, start = [], [], 0
    for section in paper.sections:
        order = data.draw(st.permutations(range(len(section.items))))
        sections.append(replace(section, items=tuple(section.items[place] for place in order)))
        shuffled += [script[start + place] for place in order]
        start += len(section.items)
    one, other = aggregate(paper, script), aggregate(replace(paper, sections=tuple(sections)), shuffled)
    assert (one.score, one.maximum, one.below_minimum) == (other.score, other.maximum, other.below_minimum)
    assert sorted(map(str, one.item_scores)) == sorted(map(str, other.item_scores))


@given(marked_papers(), st.data())
def test_raising_a_mark_never_lowers_a_total(marked: Marked, data: st.DataObject):
    paper, script = marked
    places = [
        (i, j)
        for i, item in enumerate(paper.items)
        for j, part in enumerate(item.parts)
        if not part.machine and not script[i][j].no_response
    ]
    assume(places)
    i, j = data.draw(st.sampled_from(places))
    before = aggregate(paper, script)
    mark = script[i][j].score
    assert mark is not None
    most = paper.items[i].parts[j].maximum
    raised = [list(parts) for parts in script]
    raised[i][j] = PartOutcome(mark + (most - mark) * data.draw(st.fractions(0, 1)))
    after = aggregate(paper, raised)
    assert before.score is not None and after.score is not None
    assert after.score >= before.score
    assert after.below_minimum <= before.below_minimum


@given(marked_papers(picks=(Pick.ALL, Pick.BEST), treatments=COUNTS), st.data())
def test_a_missing_mark_always_blocks(marked: Marked, data: st.DataObject):
    paper, script = marked
    i = data.draw(st.integers(0, len(script) - 1))
    j = data.draw(st.integers(0, len(script[i]) - 1))
    assert aggregate(paper, script).score is not None
    script[i][j] = UNMARKED
    result = aggregate(paper, script)
    assert result.score is None
    assert result.item_scores[i] is None
    assert result.unmarked == (paper.items[i].parts[j].label,)


@given(marked_papers(picks=(Pick.ALL, Pick.BEST)), st.data())
def test_a_left_out_item_leaves_numerator_and_denominator(marked: Marked, data: st.DataObject):
    paper, script = marked
    place = data.draw(st.integers(0, len(script) - 1))
    without = change_item(paper, place, treatment=Treatment.LEFT_OUT)
    sections, start = [], 0
    for section in paper.sections:
        kept = tuple(item for i, item in enumerate(section.items, start) if i != place)
        start += len(section.items)
        # What it must be is the paper that never had the item.
        sections.append(replace(section, items=kept, minimum=section.minimum if kept else None))
    never_had = replace(paper, sections=tuple(sections))
    script[place] = [UNMARKED for _ in script[place]]
    left_out = aggregate(without, script)
    expected = aggregate(never_had, [parts for i, parts in enumerate(script) if i != place])
    assert (left_out.score, left_out.maximum) == (expected.score, expected.maximum)
    assert left_out.below_minimum == expected.below_minimum
    assert place not in [counted for section in left_out.sections for counted in section.counted]


@given(marked_papers(), st.data())
def test_full_marks_sets_the_maximum_for_everybody(marked: Marked, data: st.DataObject):
    paper, script = marked
    place = data.draw(st.integers(0, len(script) - 1))
    paper = change_item(paper, place, treatment=Treatment.COUNTS)
    script[place] = [data.draw(st.sampled_from([UNMARKED, part])) for part in script[place]]
    result = aggregate(change_item(paper, place, treatment=Treatment.FULL_MARKS), script)
    assert result.item_scores[place] == paper.items[place].maximum
    assert result.maximum == paper.maximum
    assert result.score is not None


@given(marked_papers())
def test_full_marks_for_an_item_never_lower_a_total(marked: Marked):
    paper, script = marked
    assume(all(section.pick is not Pick.FIRST for section in paper.sections))
    before = aggregate(paper, script).score
    for place, item in enumerate(paper.items):
        if item.treatment is Treatment.COUNTS:
            after = aggregate(change_item(paper, place, treatment=Treatment.FULL_MARKS), script).score
            assert after is not None and before is not None and after >= before


@given(marked_papers())
def test_every_item_lies_between_its_floor_and_its_maximum(marked: Marked):
    paper, script = marked
    for item, score in zip(paper.items, aggregate(paper, script).item_scores, strict=True):
        assert score is not None and score <= item.maximum
        assert item.floor is None or score >= item.floor


@given(marked_papers())
def test_items_and_sections_reproduce_the_total_exactly(marked: Marked):
    paper, script = marked
    result = aggregate(paper, script)
    total = ZERO
    for spec, section in zip(paper.sections, result.sections, strict=True):
        earned = sum((result.item_scores[place] or ZERO for place in section.counted), ZERO)
        floored = earned if spec.floor is None else max(spec.floor, earned)
        assert section.score == floored
        assert section.weighted == spec.weight * floored
        total += spec.weight * floored
    assert result.score == (total if paper.floor is None else max(paper.floor, total))
    assert result.score <= result.maximum


@given(marked_papers())
def test_whole_numbers_and_fractions_add_up_to_the_same(marked: Marked):
    paper, script = marked
    compiled = Compiled(paper)
    exact = compiled.exact.aggregate(paper, compiled.maximum, script)
    assert compiled.aggregate(script) == exact


def test_a_paper_is_made_ready_once():
    part = PartSpec("1", Fraction(1), False)
    paper = PaperSpec((SectionSpec("A", (ItemSpec("1", (part,), Fraction(1)),)),))
    same = PaperSpec(paper.sections)
    assert compile_paper(paper) is compile_paper(paper)
    assert compile_paper(same) is not compile_paper(paper)


def test_a_thousand_papers_do_not_stay_in_memory():
    part = PartSpec("1", Fraction(1), False)
    for _ in range(1000):
        paper = PaperSpec((SectionSpec("A", (ItemSpec("1", (part,), Fraction(1)),)),))
        assert aggregate(paper, [[PartOutcome(Fraction(1))]]).score == 1
    from marksheet.rules import aggregation

    assert len(aggregation._compiled) <= aggregation.REMEMBERED_PAPERS


def test_a_script_of_another_shape_is_refused():
    part = PartSpec("1", Fraction(1), False)
    paper = PaperSpec((SectionSpec("A", (ItemSpec("1", (part,), Fraction(1)),)),))
    with pytest.raises(BadPaper, match="The paper has 1 items, not 2"):
        aggregate(paper, [[UNMARKED], [UNMARKED]])
    with pytest.raises(BadPaper, match="Item 1 has 1 parts, not 2"):
        aggregate(paper, [[UNMARKED, UNMARKED]])


@pytest.mark.parametrize(
    "make",
    [
        lambda: ItemSpec("1", (), Fraction(1)),
        lambda: ItemSpec("1", (PartSpec("1", Fraction(1), True),), Fraction(-1)),
        lambda: ItemSpec(
            "1",
            (PartSpec("1", Fraction(1), True),),
            Fraction(1),
            ItemRule.COUNT_CORRECT,
            ((1, Fraction(1)), (1, Fraction(2))),
        ),
        lambda: SectionSpec("A", (), Fraction(-1)),
        lambda: SectionSpec("A", (), pick=Pick.BEST),
    ],
)
def test_a_paper_that_cannot_be_added_up_is_refused(make: object):
    with pytest.raises(BadPaper):
        make()  # type: ignore[operator]


@pytest.mark.parametrize(
    ("machine", "mark", "stands"),
    [
        (PartOutcome(Fraction(1), True), None, UNMARKED),
        (PartOutcome(Fraction(1), True), UNMARKED, UNMARKED),
        (
            PartOutcome(Fraction(1, 3), False),
            PartOutcome(Fraction(333, 1000)),
            PartOutcome(Fraction(1, 3), False),
        ),
        (PartOutcome(Fraction(1, 3), False), PartOutcome(Fraction(1, 2)), PartOutcome(Fraction(1, 2))),
        (PartOutcome(ZERO, False), PartOutcome(Fraction(1)), PartOutcome(Fraction(1))),
        (PartOutcome(Fraction(-1), False), PartOutcome(Fraction(-1)), PartOutcome(Fraction(-1), False)),
        (PartOutcome(ZERO, False), PartOutcome(ZERO, False, True), PartOutcome(ZERO, False, True)),
        (UNMARKED, PartOutcome(Fraction(2)), PartOutcome(Fraction(2))),
    ],
)
def test_what_counts_of_a_machine_score_is_what_its_check_said(machine, mark, stands):
    assert checked(machine, mark) == stands


@given(
    st.fractions(min_value=-5, max_value=20, max_denominator=4000),
    st.booleans(),
    st.one_of(st.none(), st.integers(-5000, 20_000)),
    st.booleans(),
    st.booleans(),
)
def test_a_check_comes_to_the_same_in_both_implementations(score, blank, typed, no_response, confirm):
    score = ZERO if blank else score
    mark = None if no_response else round(score * 1000) if confirm else typed
    given_ = (
        PartOutcome(Fraction(mark or 0, 1000), None, no_response) if mark is not None or no_response else None
    )
    found = checked(PartOutcome(score, None, blank), given_).score
    second = checks.in_force(score.numerator, score.denominator, blank, mark, no_response)
    assert found == (None if second is None else Fraction(*second))
    if confirm and not blank and not no_response:
        assert found == score, "a confirmed score is the machine's, exactly"
