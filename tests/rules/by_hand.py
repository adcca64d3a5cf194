"""Put every golden row to the rules: each function takes the rules and one row, and says what came out."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from tests.rules.golden import aggregation, grading, life, scoring

Row = tuple[Any, ...]
ATTEMPT_STATES = {"h": "handed_in", "p": "in_progress", "v": "void"}


def answer(rules: Any, row: Row) -> Row:
    match, correct, points, wrong, tolerance, value, *_ = row
    key = rules.scoring.Key(
        rules.scoring.Match(match),
        tuple(correct.split("|")),
        Fraction(points),
        Fraction(wrong),
        None if tolerance is None else Fraction(tolerance),
    )
    part = rules.scoring.score_answer(value, key)
    return (*row[:6], str(part.score), part.right, part.reason)


def spelling(rules: Any, row: Row) -> Row:
    match, raw, options, _ = row
    try:
        stored = rules.scoring.canonical(rules.scoring.Match(match), raw, tuple(options))
    except rules.scoring.BadAnswer:
        stored = None
    return match, raw, options, stored


def part_outcome(rules: Any, text: str) -> Any:
    make = rules.aggregation.PartOutcome
    if text in "?-":
        return make(None) if text == "?" else make(Fraction(0), None, True)
    if text[0] in "rw":
        return make(Fraction(text[1:]), text[0] == "r")
    return make(Fraction(text))


def _floor(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)


def item_spec(rules: Any, label: str, parts: str, item: Row) -> Any:
    paper = rules.paper
    rule, maximum, steps, floor = item
    return paper.ItemSpec(
        label,
        tuple(paper.PartSpec(label, Fraction(part[1:]), part[0] == "m") for part in parts.split()),
        Fraction(maximum),
        paper.ItemRule(rule),
        tuple((int(n), Fraction(marks)) for n, marks in (step.split(":") for step in steps.split())),
        _floor(floor),
    )


def item(rules: Any, row: Row) -> Row:
    parts, spec, outcomes, _ = row
    section = rules.paper.SectionSpec("A", (item_spec(rules, "1", parts, spec),), floor=None)
    paper = rules.paper.PaperSpec((section,), floor=None)
    given = [[part_outcome(rules, text) for text in outcomes.split()]]
    result = rules.aggregation.aggregate(paper, given)
    assert result.score == result.item_scores[0]
    return parts, spec, outcomes, None if result.score is None else str(result.score)


def paper_spec(rules: Any, sections: list[Row], floor: str | None) -> Any:
    specs, label = [], 0
    treatments = {"x": "left_out", "f": "full_marks"}
    for name, items, weight, minimum, pick, n, section_floor in sections:
        made = []
        for text in items.split():
            label += 1
            maximum = Fraction(text.rstrip("xfn"))
            made.append(
                rules.paper.ItemSpec(
                    str(label),
                    (rules.paper.PartSpec(str(label), maximum, False),),
                    maximum,
                    floor=None if text.endswith("n") else Fraction(0),
                    treatment=rules.paper.Treatment(treatments.get(text[-1], "counts")),
                )
            )
        specs.append(
            rules.paper.SectionSpec(
                name,
                tuple(made),
                Fraction(weight),
                _floor(minimum),
                rules.paper.Pick(pick),
                n,
                _floor(section_floor),
            )
        )
    return rules.paper.PaperSpec(tuple(specs), _floor(floor))


def paper(rules: Any, row: Row) -> Row:
    sections, floor, marks, *_ = row
    spec = paper_spec(rules, sections, floor)
    result = rules.aggregation.aggregate(spec, [[part_outcome(rules, text)] for text in marks.split()])
    return (
        sections,
        floor,
        marks,
        f"{result.score}/{result.maximum}",
        " ".join(str(place) for section in result.sections for place in section.counted),
        " ".join(section.name for section in result.sections if section.below_minimum),
        " ".join(result.unmarked),
    )


def _attempts(rules: Any, text: str) -> Row:
    made = []
    for attempt in text.split():
        number, state, *score = attempt.split(":")
        exact = Fraction(score[0]) if score and score[0] != "?" else None
        made.append(rules.attempts.AttemptFact(int(number), ATTEMPT_STATES[state], exact))
    return tuple(made)


def attempts(rules: Any, row: Row) -> Row:
    text, policy, *_ = row
    chosen = rules.attempts.attempt_that_counts(_attempts(rules, text), rules.attempts.AttemptCounts(policy))
    return text, policy, chosen.number, chosen.reason, chosen.settled


def rounding(rules: Any, row: Row) -> Row:
    value, decimals, *_ = row
    texts = (
        rules.rounding.shown(Fraction(value), decimals, policy) for policy in rules.rounding.RoundingPolicy
    )
    return (value, decimals, *texts)


def shown(rules: Any, row: Row) -> Row:
    value, decimals, policy, low, below, _ = row
    text = rules.rounding.shown(
        Fraction(value),
        decimals,
        rules.rounding.RoundingPolicy(policy),
        low=_floor(low),
        below=_floor(below),
    )
    return (*row[:5], text)


def boundary(rules: Any, label: str, text: str) -> Any:
    unit = rules.scale.Unit.MARKS if text.endswith("m") else rules.scale.Unit.PERCENT
    return rules.scale.Boundary(label, Fraction(text.rstrip("m%")), unit)


def scale(rules: Any, pass_mark: str, bands: str = "", **rounding: Any) -> Any:
    pairs = (band.split(":") for band in bands.split())
    return rules.scale.Scale(
        boundary(rules, "pass", pass_mark),
        tuple(boundary(rules, label, at) for label, at in pairs),
        rounding=rules.rounding.Rounding(**rounding),
    )


def _out_of(text: str) -> tuple[Fraction, Fraction]:
    score, maximum = text.rsplit("/", 1)
    return Fraction(score), Fraction(maximum)


def bands(rules: Any, row: Row) -> Row:
    pass_mark, labels, score, below, *_ = row
    graded = rules.grading.grade(*_out_of(score), scale(rules, pass_mark, labels), below_minimum=below)
    shown = (graded.shown_score, graded.shown_percent, graded.grade, graded.grade_rank)
    return (*row[:4], *shown, graded.outcome.value)


def rounded(rules: Any, row: Row) -> Row:
    policy, decimals, pass_mark, labels, score, *_ = row
    ruler = scale(rules, pass_mark, labels, policy=policy, percent_decimals=decimals, decide_on="rounded")
    graded = rules.grading.grade(*_out_of(score), ruler)
    return (*row[:5], graded.shown_score, graded.shown_percent, graded.grade, graded.outcome.value)


def piecewise(rules: Any, row: Row) -> Row:
    lowest, passing, top, below, cut, maximum, score, decide_on, *_ = row
    line = rules.scale.Piecewise(Fraction(lowest), Fraction(passing), Fraction(top), rules.scale.Below(below))
    ruler = rules.scale.Scale(
        rules.scale.pass_at(Fraction(cut), rules.scale.Unit.MARKS),
        piecewise=line,
        rounding=rules.rounding.Rounding(decide_on=decide_on),
    )
    graded = rules.grading.grade(Fraction(score), Fraction(maximum), ruler)
    return (*row[:8], str(graded.grade_exact), graded.grade, graded.outcome.value)


def adjusted(rules: Any, row: Row) -> Row:
    text, score, *_ = row
    kinds = {"l": "late_penalty", "c": "cap_at_pass", "s": "special_consideration"}
    steps = []
    for one in text.split():
        kind, _, size = one.partition(":")
        limit = boundary(rules, "", (size or "0") + ("" if size.endswith("%") else "m"))
        kind_ = rules.grading.AdjustmentKind(kinds[kind])
        steps.append(rules.grading.Adjustment(kind_, limit.at, limit.unit, "a reason"))
    graded = rules.grading.grade(*_out_of(score), scale(rules, "55%"), adjustments=steps)
    return text, score, graded.shown_score, graded.outcome.value


def _moves(table: str, rules: Any, states: Any, moves: Any, state: str) -> str:
    made = []
    for one in moves:
        try:
            made.append(f"{one}:{getattr(rules.lifecycle, table)(states(state), one)}")
        except rules.lifecycle.WrongMove:
            continue
    return " ".join(sorted(made))


def moves(rules: Any, row: Row) -> Row:
    state, expected = row
    found = _moves("move", rules, rules.lifecycle.State, rules.lifecycle.Move, state)
    return state, expected if sorted(expected.split()) == found.split() else found


def version_moves(rules: Any, row: Row) -> Row:
    state, expected = row
    life_ = rules.lifecycle
    found = _moves("move_version", rules, life_.VersionState, life_.VersionMove, state)
    return state, expected if sorted(expected.split()) == found.split() else found


def readiness(rules: Any, row: Row) -> Row:
    text, known, *_ = row
    found = rules.readiness.assess_readiness(rules.readiness.Facts(_attempts(rules, text), **known))
    missing = " ".join(f"{one.code}:{one.count}" for one in found.missing)
    return text, known, found.state.value, missing


def cell(rules: Any, row: Row) -> Row:
    found = rules.publication.cell(row[0], wholly_machine=row[1])
    return (
        row[0],
        row[1],
        found.publishes.value,
        found.asks,
        found.shown_at_publication,
        found.candidate_word,
        found.needs_last_attempt,
    )


def offered(rules: Any, row: Row) -> Row:
    return row[0], " ".join(rules.publication.offered(row[0]))


def row_of_results(rules: Any, row: Row) -> Row:
    option, state, known, _ = row
    facts = rules.publication.RowFacts(rules.lifecycle.State(state), **known)
    found = rules.publication.may_publish(facts, rules.publication.cell(option, wholly_machine=False))
    assert found.allowed == (found.code == "ok")
    return option, state, known, found.code


def mail(rules: Any, row: Row) -> Row:
    found = rules.publication.mail_offered(row[0], row[1])
    assert found.allowed == (found.code == "ok")
    return row[0], row[1], found.code


def access(rules: Any, row: Row) -> Row:
    text, assigned, alone, own, *_ = row
    pairs = (grant.split("@") for grant in text.split())
    grants = tuple(rules.access.GrantFact(frozenset({verb}), int(far)) for verb, far in pairs)
    facts = rules.access.ResultAccess(grants, assigned, alone, own)
    return (*row[:4], rules.access.sees_results(facts).code, rules.access.publishes(facts).code)


TABLES: dict[str, tuple[Callable[[Any, Row], Row], list[Row]]] = {
    "answers": (answer, scoring.ANSWERS),
    "spellings": (spelling, scoring.SPELLINGS),
    "items": (item, aggregation.ITEMS),
    "papers": (paper, aggregation.PAPERS),
    "attempts": (attempts, aggregation.ATTEMPTS),
    "rounding": (rounding, grading.ROUNDING),
    "shown": (shown, grading.SHOWN),
    "bands": (bands, grading.BANDS),
    "rounded": (rounded, grading.ROUNDED),
    "piecewise": (piecewise, grading.PIECEWISE),
    "adjusted": (adjusted, grading.ADJUSTED),
    "moves": (moves, list(life.MOVES.items())),
    "version_moves": (version_moves, list(life.VERSION_MOVES.items())),
    "readiness": (readiness, life.READINESS),
    "cells": (cell, life.CELLS),
    "offered": (offered, life.OFFERED),
    "rows": (row_of_results, life.ROWS),
    "mail": (mail, life.MAIL),
    "access": (access, life.ACCESS),
}


def wrong_rows(rules: Any, tables: tuple[str, ...] = ()) -> Iterator[tuple[str, Row, object]]:
    """Yield every golden row that ``rules`` answer differently, with what came out."""
    for name in tables or TABLES:
        ask, rows = TABLES[name]
        for row in rows:
            try:
                found: object = ask(rules, row)
            except Exception as error:  # a mutated rule may fail anyhow
                found = error
            if found != row:
                yield name, row, found
