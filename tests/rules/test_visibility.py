"""A disclosure holds what the switches allow and not a byte more."""

import json
from dataclasses import fields, replace
from fractions import Fraction
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from marksheet.rules.grading import Scale, Step, grade, pass_at
from marksheet.rules.visibility import (
    SENTENCES,
    WAITING_SWITCHES,
    AttemptLine,
    BadDisclosure,
    BadSwitches,
    ItemLine,
    ResultFacts,
    SectionLine,
    Switches,
    account,
    canonical_json,
    disclose,
    questions_open,
)

NAMES = [field.name for field in fields(Switches)]
switches = st.builds(Switches, *[st.booleans()] * len(NAMES))
OFF = Switches(**dict.fromkeys(NAMES, False))
STEPS = grade(Fraction(30), Fraction(50), Scale(pass_at(55))).steps
FACTS = ResultFacts(
    assessment_title="Statistics 1",
    assessment_code="STAT1",
    schedule_title="June sitting",
    taken_on="2026-06-12",
    attempt=2,
    outcome="passed",
    score="SCORE",
    maximum="MAXIMUM",
    percent="PERCENT",
    grade="GRADE",
    pass_mark="PASSMARK",
    attempts=(AttemptLine(1, "2026-05-01", False), AttemptLine(2, "2026-06-12", True)),
    sections=(
        SectionLine("Part A", "SECTIONSCORE", "SECTIONMAX"),
        SectionLine("Part B", "SECTIONSCORE", "SECTIONMAX", "2"),
    ),
    items=(
        ItemLine(
            "1",
            "ITEMTITLE",
            "ITEMSCORE",
            "ITEMMAX",
            "OWNANSWER",
            "CORRECTANSWER",
            "ITEMFEEDBACK",
            annotated=({"text": "ANNOTATED"},),
        ),
    ),
    steps=(Step("late_penalty", Fraction(777), Fraction(888), "PRIVATEREASON"), *STEPS),
    feedback="WHOLEFEEDBACK",
)
# What no document may contain unless one of these switches is on.
SECRETS = {
    "SCORE": ("score",),
    "MAXIMUM": ("score",),
    "777": ("score",),
    "888": ("score",),
    "PERCENT": ("percentage",),
    "GRADE": ("grade",),
    "PASSMARK": ("pass_mark",),
    "SECTIONSCORE": ("summary",),
    "ITEMSCORE": ("summary", "detail"),
    "ITEMTITLE": ("detail",),
    "OWNANSWER": ("detail",),
    "CORRECTANSWER": ("detail",),
    "ITEMFEEDBACK": ("feedback",),
    "WHOLEFEEDBACK": ("feedback",),
    "ANNOTATED": ("annotations",),
    "passed": ("outcome",),
    "PRIVATEREASON": (),
}


def text(facts: ResultFacts, on: Switches, open_: bool) -> str:
    return canonical_json(disclose(facts, on, questions_open=open_)).decode()


@given(switches, st.booleans())
def test_a_document_holds_exactly_what_its_switches_allow(on: Switches, open_: bool):
    document = text(FACTS, on, open_)
    for secret, allowed_by in SECRETS.items():
        by = [name for name in allowed_by if open_ or name not in WAITING_SWITCHES]
        shown = any(getattr(on, name) for name in by)
        found = f'"{secret}"' in document
        if not shown:
            assert not found, secret
        elif secret not in {"777", "888", "passed"}:
            assert found, secret


@given(switches)
def test_questions_and_feedback_wait_until_they_are_open(on: Switches):
    closed, opened = (disclose(FACTS, on, questions_open=open_) for open_ in (False, True))
    assert closed["waiting"] == [name for name in WAITING_SWITCHES if getattr(on, name)]
    assert opened["waiting"] == []
    document = text(FACTS, on, False)
    for secret in ("ITEMTITLE", "OWNANSWER", "CORRECTANSWER", "ITEMFEEDBACK", "WHOLEFEEDBACK", "ANNOTATED"):
        assert secret not in document


@given(switches, st.sampled_from(NAMES), st.booleans())
def test_turning_a_switch_on_never_takes_anything_away(on: Switches, name: str, open_: bool):
    less = disclose(FACTS, replace(on, **{name: False}), questions_open=open_)
    more = disclose(FACTS, replace(on, **{name: True}), questions_open=open_)
    assert set(less) <= set(more)


@given(switches, st.booleans())
def test_a_void_result_shows_nothing_but_that(on: Switches, open_: bool):
    document = disclose(replace(FACTS, outcome="void"), on, questions_open=open_)
    assert set(document) == {"assessment", "schedule", "taken_on", "attempt", "attempts", "void", "waiting"}
    assert document["void"] is True


def test_with_every_switch_off_only_the_sitting_is_named():
    document = disclose(FACTS, OFF, questions_open=True)
    assert document.pop("account") == []
    assert set(document) == {"assessment", "schedule", "taken_on", "attempt", "attempts", "void", "waiting"}


def test_the_account_tells_how_marks_became_the_grade():
    facts = replace(FACTS, score="30", maximum="50", percent="60.0", grade="P", pass_mark="55 %", steps=STEPS)
    lines = account(replace(facts, sections=()), Switches())
    assert [line.msgid.format(**dict(line.params)) for line in lines] == [
        "30 of 50 marks is 60.0 per cent.",
        "The pass mark of 55 % was reached.",
        "This gives the grade P.",
        "Numbers are rounded once, at the end.",
    ]


def test_an_adjustment_is_named_where_the_score_is_and_a_cap_does_not_give_the_pass_mark_away():
    steps = (
        Step("special_consideration", Fraction(50), Fraction(50), "PRIVATEREASON"),
        Step("late_penalty", Fraction(50), Fraction(95, 2), "PRIVATEREASON"),
        Step("cap_at_pass", Fraction(95, 2), Fraction(55, 2), "PRIVATEREASON"),
    )
    facts = replace(FACTS, sections=(), steps=steps)
    told = {
        on: [
            line.msgid.format(**dict(line.params))
            for line in account(facts, replace(Switches(), pass_mark=on))
        ]
        for on in (True, False)
    }
    assert told[True][:2] == [
        "Late penalty: 2.5 marks, from 50 to 47.5.",
        "The score is capped at the pass mark: from 47.5 to 27.5 marks.",
    ]
    assert told[False][1] == "The score is capped: from 47.5 to 27.5 marks."
    assert not any("enalty" in line for line in map(str, account(facts, replace(Switches(), score=False))))


def test_a_missed_section_is_named_in_the_account():
    facts = replace(FACTS, outcome="failed", sections=(SectionLine("Part A", "1", "9", "1", True),))
    sentences = [line.msgid.format(**dict(line.params)) for line in account(facts, Switches())]
    assert "A section that must be passed was not: Part A." in sentences


@given(switches, st.booleans())
def test_every_sentence_is_one_of_the_known_and_can_be_filled_in(on: Switches, open_: bool):
    for line in disclose(FACTS, on, questions_open=open_)["account"]:
        assert line["msgid"] in SENTENCES.values()
        assert "{" not in line["msgid"].format(**line["params"])


@pytest.mark.parametrize(
    ("attempts_left", "windows_closed", "lifted", "is_open"),
    [
        (False, True, False, True),
        (True, True, False, False),
        (False, False, False, False),
        (True, False, False, False),
        (True, False, True, True),
        (False, False, True, True),
    ],
)
def test_questions_open_when_nobody_can_still_profit(attempts_left, windows_closed, lifted, is_open):
    assert questions_open(attempts_left, windows_closed, lifted) is is_open


@given(switches)
def test_switches_survive_being_stored(on: Switches):
    assert Switches.from_json(json.loads(json.dumps(on.to_json()))) == on


@pytest.mark.parametrize("stored", [{"scores": True}, {"score": "yes"}, {"score": 1}])
def test_unknown_or_unclear_switches_are_refused(stored: dict[str, Any]):
    with pytest.raises(BadSwitches):
        Switches.from_json(stored)


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
keys = st.text(st.characters(max_codepoint=127), max_size=8)
leaves = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=12,
)


@given(values)
def test_the_bytes_are_those_of_rfc_8785(value: object):
    assert canonical_json(value) == rfc8785.dumps(value)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [1.5, {"é": 1}, {1: 2}, 2**53, "\ud800", Fraction(1), [0.0], {"a": {1}}])
def test_what_has_no_single_spelling_is_refused(value: object):
    with pytest.raises(BadDisclosure):
        canonical_json(value)


def plain(value: object) -> object:
    """The same document without what is kept of how its parts were written."""
    return json.loads(json.dumps(value))


@given(switches, st.booleans(), st.lists(st.text(st.characters(codec="utf-8"), max_size=8), max_size=4))
def test_a_document_of_written_items_has_the_same_bytes(on: Switches, open_: bool, answers: list[str]):
    lines = tuple(ItemLine(str(n), "Title", "1", "2", answer) for n, answer in enumerate(answers))
    for _again in range(2):
        document = disclose(replace(FACTS, items=lines), on, questions_open=open_)
        assert canonical_json(document) == rfc8785.dumps(plain(document))  # type: ignore[arg-type]
