"""Who may publish what, and what the dialog offers."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.rules.lifecycle import State
from marksheet.rules.publication import (
    TABLE,
    Publishes,
    RowFacts,
    ShowResults,
    Stage,
    cell,
    mail_offered,
    may_publish,
    offered,
    stage,
)

rows = st.builds(RowFacts, st.sampled_from(State), *[st.booleans()] * 8)
cells = st.sampled_from(list(TABLE.values()))
GOOD = RowFacts(State.READY)


@given(rows, cells)
def test_only_a_ready_row_that_is_seen_allowed_not_ones_own_and_not_withheld_is_published(row, cell):
    allowed = may_publish(row, cell).allowed
    if allowed:
        assert row.state is State.READY and not row.withheld and not row.stale
        assert row.may_see and row.may_publish and not row.own and not row.published_current
    else:
        assert may_publish(row, cell).code != "ok"


@given(rows, cells)
def test_without_sight_nothing_else_is_told(row, cell):
    assert may_publish(replace(row, may_see=False), cell).code == "no_sight"


@pytest.mark.parametrize("option", ShowResults)
@pytest.mark.parametrize("wholly_machine", [True, False])
def test_the_table_has_every_cell(option: ShowResults, wholly_machine: bool):
    found = cell(option, wholly_machine=wholly_machine)
    assert not (found.asks and found.shown_at_publication)
    assert found.candidate_word in {"not_disclosed", "as_decided", "shown"}


@pytest.mark.parametrize("option", ShowResults)
def test_a_human_mark_is_never_published_by_itself(option: ShowResults):
    assert cell(option, wholly_machine=False).publishes is Publishes.BY_HAND


@pytest.mark.parametrize("wholly_machine", [True, False])
def test_nothing_that_publishes_by_itself_is_offered_yet(wholly_machine: bool):
    for option in offered(wholly_machine):
        assert cell(option, wholly_machine=wholly_machine).publishes is Publishes.BY_HAND


@pytest.mark.parametrize("option", ShowResults)
@pytest.mark.parametrize("show", [True, False])
def test_mail_goes_out_only_where_this_act_shows_the_result(option: ShowResults, show: bool):
    found = cell(option, wholly_machine=False)
    shows = found.shown_at_publication or (found.asks and show)
    assert mail_offered(option, show).allowed == shows


def test_an_option_is_understood_as_stored_text():
    assert cell("never", wholly_machine=True) == cell(ShowResults.NEVER, wholly_machine=True)
    assert may_publish(GOOD, cell("never", wholly_machine=True)).allowed


def test_all_that_was_handed_in_is_not_yet_complete():
    assert stage(3, 3, finished=False) is Stage.SO_FAR
    assert stage(2, 3, finished=False) is stage(0, 0, finished=False) is Stage.PARTLY
    assert stage(3, 3, finished=True) is Stage.COMPLETE
