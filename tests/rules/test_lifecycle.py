"""The life of a result is the table, and the page's picture is drawn from it."""

from pathlib import Path

import pytest

from marksheet.rules.lifecycle import (
    TABLE,
    VERSION_TABLE,
    Move,
    State,
    VersionMove,
    VersionState,
    WrongMove,
    diagram,
    move,
    move_between,
    move_version,
)

PAGE = Path(__file__).parents[2] / "docs" / "rulebook" / "lifecycle.md"


def test_the_pages_pictures_are_the_tables():
    blocks = PAGE.read_text().split("```mermaid\n")[1:]
    assert [block.split("```")[0] for block in blocks] == [diagram(), diagram(VERSION_TABLE)]


@pytest.mark.parametrize("before", State)
@pytest.mark.parametrize("after", State)
def test_exactly_one_move_leads_from_any_state_to_any_other(before: State, after: State):
    leading = [m for m in Move if TABLE.get((before, m)) is after]
    assert leading == ([] if before is after else [move_between(before, after)])


def test_every_state_can_be_reached_from_waiting():
    reached = {State.WAITING}
    for _ in State:
        reached |= {end for (start, _), end in TABLE.items() if start in reached}
    assert reached == set(State)


@pytest.mark.parametrize("state", [VersionState.SUPERSEDED, VersionState.WITHDRAWN])
@pytest.mark.parametrize("m", VersionMove)
def test_what_left_force_never_comes_back(state: VersionState, m: VersionMove):
    with pytest.raises(WrongMove, match="nothing more"):
        move_version(state, m)


def test_only_a_frozen_version_comes_into_force():
    assert [start for start, end in VERSION_TABLE.items() if end is VersionState.IN_FORCE] == [
        (VersionState.FROZEN, VersionMove.PUBLISH)
    ]


def test_a_wrong_move_says_what_can_be_done_instead():
    with pytest.raises(WrongMove, match="A result that is waiting cannot reopen; it can arrive, moderate"):
        move(State.WAITING, Move.REOPEN)
