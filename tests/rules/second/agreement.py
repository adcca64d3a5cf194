"""Put the same cohorts to the rules and to the second implementation, and name every difference."""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from tests.rules.second import arrays, grades
from tests.rules.second.cohorts import NO_RESPONSE, SHIFT, UNIT, UNMARKED, Cohort, make_cohort, make_scale

STATES = {1: "in_progress", 2: "handed_in", 3: "void"}
WORDS = [
    "Paris", "PARIS", "paris", "Oslo", "OSLO", "oSLO", "Rome", "rome", "ROME", "Bonn", "bonn", "BONN",
]  # fmt: skip


def marks(units: int | None, denominator: int = UNIT) -> Fraction | None:
    return None if units is None else Fraction(units, denominator)


def paper_for(rules: Any, paper: dict[str, Any]) -> Any:
    specs = rules.paper
    sections = []
    for section in paper["sections"]:
        items = tuple(
            specs.ItemSpec(
                item["label"],
                tuple(
                    specs.PartSpec(f"{item['label']}.{i}", marks(part["maximum"]), part["kind"] != "human")
                    for i, part in enumerate(item["parts"])
                ),
                marks(item["maximum"]),
                specs.ItemRule(item["rule"]),
                tuple((count, marks(units)) for count, units in item["steps"].items()),
                marks(item["floor"]),
                specs.Treatment(item["treatment"]),
            )
            for item in section["items"]
        )
        sections.append(
            specs.SectionSpec(
                section["name"],
                items,
                Fraction(*section["weight"]),
                marks(section["minimum"]),
                specs.Pick(section["pick"]),
                section["n"],
                marks(section["floor"]),
            )
        )
    return specs.PaperSpec(tuple(sections), marks(paper["floor"]))


def tenths(code: int) -> str:
    return f"{'-' if code < 0 else ''}{abs(code) // 10}.{abs(code) % 10}"


def letters(mask: int) -> str:
    return ",".join("ABCD"[bit] for bit in range(4) if mask >> bit & 1)


# kind: the match, an answer's text, the key's texts
KINDS: dict[str, tuple[str, Any, Any]] = {
    "choice": ("choice", lambda code: "ABCDE"[code], lambda part: ["ABCDE"[code] for code in part["key"]]),
    "multiple": ("multiple", letters, lambda part: letters(part["key"]).split(",")),
    "numeric": (
        "numeric",
        lambda code: tenths(code - SHIFT),
        lambda part: [tenths(code) for code in part["key"]],
    ),
    "true_false": ("true_false", lambda code: ["no", "yes"][code], lambda part: [["No", "Y"][part["key"]]]),
    "folded": ("text_folded", lambda code: WORDS[code], lambda part: [WORDS[part["key"] * 3]]),
}


class Outcomes(dict[int, Any]):
    """What each answer to one part came to, scored once."""

    def __init__(self, rules: Any, part: dict[str, Any]) -> None:
        self.rules, self.part = rules, part
        if part["kind"] != "human":
            match, self.text, key = KINDS[part["kind"]]
            tolerance = part.get("tolerance")
            self.match = rules.scoring.Match(match)
            self.key = rules.scoring.Key(
                self.match,
                tuple(key(part)),
                marks(part["points"]),
                marks(part["wrong"]),
                None if tolerance is None else Fraction(tolerance, 10),
            )

    def __missing__(self, given: int) -> Any:
        make, scoring = self.rules.aggregation.PartOutcome, self.rules.scoring
        if given == UNMARKED:
            outcome = make(None)
        elif given == NO_RESPONSE and self.part["kind"] == "human":
            outcome = make(Fraction(0), None, True)
        elif self.part["kind"] == "human":
            outcome = make(marks(given))
        else:
            value = None if given == NO_RESPONSE else scoring.canonical(self.match, self.text(given), ())
            scored = scoring.score_answer(value, self.key)
            outcome = make(scored.score, scored.right, value is None)
        self[given] = outcome
        return outcome


def aggregates(rules: Any, cohort: Cohort) -> list[Any]:
    """Return what the rules make of every script."""
    parts = [
        part for section in cohort.paper["sections"] for item in section["items"] for part in item["parts"]
    ]
    sizes = [len(item["parts"]) for section in cohort.paper["sections"] for item in section["items"]]
    columns = []
    for part, answers in zip(parts, cohort.answers, strict=True):
        known = Outcomes(rules, part)
        columns.append([known[given] for given in answers.tolist()])
    paper, results = paper_for(rules, cohort.paper), []
    for script in zip(*columns, strict=True):
        places = iter(script)
        outcomes = [[next(places) for _ in range(size)] for size in sizes]
        results.append(rules.aggregation.aggregate(paper, outcomes))
    return results


def scale_for(rules: Any, scale: dict[str, Any]) -> Any:
    def bound(label: str, at: tuple[int, int, str]) -> Any:
        return rules.scale.Boundary(label, Fraction(at[0], at[1]), rules.scale.Unit(at[2]))

    line = scale["line"] and rules.scale.Piecewise(
        *(Fraction(scale["line"][name], 100) for name in ("lowest", "passing", "top")),
        rules.scale.Below("from_zero" if scale["line"]["from_zero"] else "from_lowest"),
    )
    return rules.scale.Scale(
        bound("pass", scale["pass_mark"]),
        tuple(bound(label, at) for label, at in scale["bands"]),
        line,
        rules.rounding.Rounding(scale["policy"], *scale["decimals"], scale["decide_on"]),
    )


def same(exact: Fraction | None, units: int, denominator: int) -> bool:
    return exact is not None and exact.numerator * denominator == units * exact.denominator


def script_differences(cohort: Cohort, results: list[Any], added: arrays.Added) -> Iterator[str]:
    items, unmarked = added.items.T.tolist(), added.item_unmarked.T.tolist()
    counted, sections = added.counted.T.tolist(), added.sections.T.tolist()
    blocked, missed = added.blocked.T.tolist(), added.missed.T.tolist()
    totals = added.totals.tolist()
    for script, result in enumerate(results):
        ours = [
            score is None if is_open else same(score, units, UNIT)
            for score, units, is_open in zip(result.item_scores, items[script], unmarked[script], strict=True)
        ]
        if not all(ours):
            yield f"script {script}: items {result.item_scores} {items[script]}"
        places = [place for section in result.sections for place in section.counted]
        if places != [place for place, counts in enumerate(counted[script]) if counts]:
            yield f"script {script}: counted {places} {counted[script]}"
        for section, units, stuck, below in zip(
            result.sections, sections[script], blocked[script], missed[script], strict=True
        ):
            if section.below_minimum != below or (
                section.score is not None if stuck else not same(section.score, units, UNIT)
            ):
                yield f"script {script}: section {section} {units} {stuck} {below}"
        if (result.score is None) != any(blocked[script]) or bool(result.unmarked) != any(blocked[script]):
            yield f"script {script}: unmarked {result.unmarked}"
        elif result.score is not None and not same(result.score, totals[script], added.denominator):
            yield f"script {script}: total {result.score} {totals[script]}/{added.denominator}"
        if not same(result.maximum, added.maximum, added.denominator):
            yield f"script {script}: maximum {result.maximum}"


def attempt_differences(
    rules: Any, cohort: Cohort, results: list[Any], chosen: tuple[Any, Any, Any]
) -> Iterator[str]:
    columns, settled, void = (values.tolist() for values in chosen)
    for candidate, (scripts, states) in enumerate(
        zip(cohort.attempts.tolist(), cohort.states.tolist(), strict=True)
    ):
        facts = tuple(
            rules.attempts.AttemptFact(number + 1, STATES[state], results[script].score)
            for number, (script, state) in enumerate(zip(scripts, states, strict=True))
            if state
        )
        found = rules.attempts.attempt_that_counts(facts, rules.attempts.AttemptCounts(cohort.policy))
        number = None if columns[candidate] < 0 else columns[candidate] + 1
        if (found.number, found.settled) != (number, settled[candidate]):
            yield f"candidate {candidate}: attempt {found} {number} {settled[candidate]}"
        if (found.reason == "all_void") != void[candidate]:
            yield f"candidate {candidate}: void {found}"


def grade_differences(
    rules: Any,
    cohort: Cohort,
    results: list[Any],
    scale: dict[str, Any],
    who: Any,
    scripts: Any,
    second: grades.Grades,
) -> Iterator[str]:
    ruler, grading = scale_for(rules, scale), rules.grading
    exact = second.exact and (second.exact[0].tolist(), second.exact[1].tolist())
    for place, (candidate, script) in enumerate(zip(who.tolist(), scripts.tolist(), strict=True)):
        result = results[script]
        # In the wrong order on purpose: the order must not matter.
        steps = [grading.Adjustment(grading.CAP_AT_PASS)] if cohort.capped[candidate] else []
        if cohort.late[candidate]:
            steps.append(grading.Adjustment(grading.LATE_PENALTY, marks(int(cohort.late[candidate]))))
        if cohort.special[candidate]:
            steps.append(
                grading.Adjustment(grading.SPECIAL_CONSIDERATION, marks(int(cohort.special[candidate])))
            )
        graded = grading.grade(
            result.score, result.maximum, ruler, below_minimum=result.below_minimum, adjustments=steps
        )
        ours = (
            graded.outcome == "passed",
            graded.grade,
            graded.grade_rank,
            graded.shown_score,
            graded.shown_percent,
        )
        theirs = (
            bool(second.passed[place]),
            second.grades[place],
            second.ranks[place],
            second.shown_scores[place],
            second.shown_percents[place],
        )
        if ours != theirs:
            yield f"candidate {candidate}: {result.score}/{result.maximum} {ours} {theirs} {scale}"
        if exact and not same(graded.grade_exact, exact[0][place], exact[1][place]):
            yield f"candidate {candidate}: exact grade {graded.grade_exact}"


def differences(rules: Any, seed: int, scripts: int, hits: Counter[str] | None = None) -> Iterator[str]:
    """Yield every difference between the two on the cohort that ``seed`` makes."""
    rng = np.random.default_rng(seed)
    cohort = make_cohort(rng, scripts)
    added = arrays.add_up(cohort)
    results = aggregates(rules, cohort)
    yield from script_differences(cohort, results, added)
    chosen = arrays.choose(cohort, added)
    yield from attempt_differences(rules, cohort, results, chosen)
    columns, settled, _ = chosen
    who = np.flatnonzero(settled & (columns >= 0))
    if not len(who) or added.maximum == 0:
        return
    chosen_scripts = cohort.attempts[who, columns[who]]
    totals = added.totals[chosen_scripts]
    scale = make_scale(rng, totals.tolist(), added.denominator, added.maximum)
    missed = np.asarray(added.missed.any(axis=0))[chosen_scripts]
    factor = added.denominator // UNIT
    changes = (cohort.late[who] * factor, cohort.special[who] * factor, cohort.capped[who])
    second = grades.grade(totals, added.denominator, added.maximum, missed, scale, changes)
    if hits is not None:
        count_hits(hits, cohort, added, chosen, scale, second, totals, missed)
    yield from grade_differences(rules, cohort, results, scale, who, chosen_scripts, second)


def count_hits(
    hits: Counter[str],
    cohort: Cohort,
    added: arrays.Added,
    chosen: tuple[Any, Any, Any],
    scale: dict[str, Any],
    second: grades.Grades,
    totals: Any,
    missed: Any,
) -> None:
    """Count what this cohort exercised, so that a generator that went tame is noticed."""
    items = [item for section in cohort.paper["sections"] for item in section["items"]]
    kinds = [{part["kind"] == "human" for part in item["parts"]} for item in items]
    number, divisor = grades.in_marks(scale["pass_mark"], added.maximum, added.denominator)
    hits["thirds"] += int((totals * 1000 % added.denominator != 0).sum())
    hits["left out"] += sum(item["treatment"] == "left_out" for item in items)
    hits["full marks"] += sum(item["treatment"] == "full_marks" for item in items)
    hits["mixed items"] += sum(len(kind) == 2 for kind in kinds)
    hits["negative items"] += int((added.items < 0).sum())
    hits["item at its floor"] += sum(
        int((scores == item["floor"]).sum())
        for item, scores in zip(items, added.items, strict=True)
        if item["floor"] is not None
    )
    for section in cohort.paper["sections"]:
        hits[f"{section['pick']} n"] += len(totals)
        hits["weighted"] += section["weight"] != (1, 1)
    for item in items:
        hits[f"rule {item['rule']}"] += 1
    hits["missed minimum"] += int(missed.sum())
    hits["exactly the pass mark"] += int((totals * divisor == number).sum())
    hits["unmarked"] += int(added.blocked.any(axis=0).sum())
    hits["several attempts"] += int((cohort.states > 0).sum(axis=1).__gt__(1).sum())
    hits["void"] += int(chosen[2].sum())
    hits["in progress"] += int((cohort.states == 1).any(axis=1).sum())
    hits["adjusted"] += int(((cohort.late + cohort.special) > 0).sum())
    hits["capped"] += int(cohort.capped.sum())
    hits[f"decided on {scale['decide_on']}"] += len(totals)
    hits[f"policy {scale['policy']}"] += len(totals)
    if scale["line"]:
        form = "from zero" if scale["line"]["from_zero"] else "from lowest"
        hits[f"piecewise {form}"] += len(totals)
        hits["piecewise falling"] += len(totals) * (scale["line"]["top"] < scale["line"]["lowest"])
        hits["above the cut"] += int(second.passed.sum())
        hits["below the cut"] += int((~second.passed.astype(bool)).sum())
    elif scale["bands"]:
        hits[f"bands in {scale['bands'][0][1][2]}"] += len(totals)
    else:
        hits["pass mark alone"] += len(totals)
