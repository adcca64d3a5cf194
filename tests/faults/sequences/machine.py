"""Draw an act, do it, cut it off now and then, and look whether everything still holds.

Seen to catch, each planted by hand: marks without a recompute, counts that are not kept, a conflict of interest that
takes no script away, a retraction that leaves the result open to its candidate.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from marksheet.apps.ledger.errors import Refusal
from marksheet.apps.release.queries.verifying import Verified, verify
from marksheet.apps.results.models import Result
from tests.faults.killing import killed_at
from tests.faults.sequences import coordinating as c
from tests.faults.sequences import marking as m
from tests.faults.sequences import moderating as mod
from tests.faults.sequences import publishing as p
from tests.faults.sequences import results, work
from tests.faults.sequences.world import Act, Play, Rows, facts, rows

Draw = Callable[[Play], Act | None]
# How often each is drawn, beside the others.
OFTEN: dict[Draw, int] = {
    m.mark_and_submit: 24, m.give_marks: 6, m.give_no_response: 1, m.submit: 3, m.reopen: 2, m.flag: 1,
    m.agree: 8, m.key: 8, m.settle_keying: 3,
    mod.accept: 8, mod.change_marks: 6, mod.doubt: 3, mod.send_back: 4, mod.decide_sample: 8, mod.settle_flag: 2,
    mod.set_rounds: 1,
    c.change_settings: 1, c.set_seeding: 1, c.make_seed: 1, c.retire_seed: 1, c.settle_stop: 2, c.allocate: 2,
    c.back_to_the_pile: 1, c.give_scripts: 2, c.declare_conflict: 2, c.end_conflict: 1, c.remove_marker: 1,
    c.add_marker: 1, c.add_late: 2, c.record_hand_in: 3, c.take_back_hand_in: 1, c.record_attendance: 1, c.void: 1,
    p.freeze: 2, p.publish: 3, p.prepare: 2, p.commit: 2, p.publish_all: 3, p.stop: 1, p.retract: 3, p.show: 3,
    p.withhold: 1,
}  # fmt: skip
# A sequence begins with some of these, so that schedules are set up in many ways.
BEGINNING: tuple[tuple[Draw, float], ...] = (
    (c.change_settings, 0.7), (mod.set_rounds, 0.6), (c.allocate, 0.7), (c.make_seed, 0.3), (c.set_seeding, 0.3),
)  # fmt: skip
CUT_OFF = 0.07
MOST_STATEMENTS = 60


class Cut(BaseException):
    """Whoever did it is gone, before the n-th statement: nobody catches this."""


@contextmanager
def _cut_before(statement: int) -> Iterator[None]:
    seen = 0

    def count(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        nonlocal seen
        seen += 1
        if seen == statement:
            raise Cut
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        yield


def play_out(play: Play, steps: int, *, kills: float = 0.0) -> None:
    """Do so many acts one after the other; afterwards the whole verifies.

    Args:
        kills: the share of acts in a process of their own, killed at some boundary.

    Raises:
        AssertionError: with every act so far, in words.
    """
    beginning = [draw for draw, share in BEGINNING if play.often(share)]
    now = rows()
    while len(play.told) < steps:
        draw = beginning.pop(0) if beginning else play.chance.choices([*OFTEN], [*OFTEN.values()])[0]
        act = draw(play)
        if act is not None:
            now = _step(play, act, now, kills=kills)
    wrong = [f"{fault.where} {fault.what}" for fault in verify(Verified())]
    if wrong:
        raise AssertionError(_story(play, wrong))


def _step(play: Play, act: Act, then: Rows, *, kills: float) -> Rows:
    play.told.append(act.words)
    wrong: list[str] = []
    try:
        ended = _done(play, act, kills=kills)
    except Refusal as refusal:
        ended = f"refused ({refusal.code}): {refusal}"
    except Exception as error:
        play.told[-1] += f": broke down, {type(error).__name__}: {error}"
        raise AssertionError(_story(play, ["It broke down."])) from error
    play.told[-1] += f": {ended}"
    now = rows()
    if act.at_once and ended.startswith(("refused", "cut off")) and facts(now) != facts(then):
        tables = [table for table, held in facts(now).items() if held != facts(then)[table]]
        wrong.append(f"it was {ended.split()[0]}, and left traces in {', '.join(tables)}")
    if act.at_once and ended == "killed" and len(now["ledger_event"]) - len(then["ledger_event"]) > 1:
        wrong.append("it was killed, and is there twice")
    play.results = list(
        Result.objects.filter(schedule__in=play.schedules)
        .select_related("schedule", "attempt")
        .order_by("pk")
    )
    # Where nothing was changed, what held before still does.
    for holds in (*work.ALL, *results.ALL) if now != then else ():
        wrong += [f"{holds.__name__}: {one}" for one in holds(play, then, now)]
    if wrong:
        raise AssertionError(_story(play, wrong))
    return now


def _done(play: Play, act: Act, *, kills: float) -> str:
    """Do it, cut it off, or have it killed; say how it ended."""
    drawn, boundary = play.chance.random(), play.chance.randint(1, MOST_STATEMENTS)
    if drawn < kills:
        return "killed" if killed_at(boundary, lambda: _in_spite_of_refusals(act)) else "done by another"
    if drawn < kills + CUT_OFF:
        try:
            with _cut_before(boundary):
                act.do()
        except Cut:
            return f"cut off before statement {boundary}"
        return "done"
    act.do()
    return "done"


def _in_spite_of_refusals(act: Act) -> None:
    try:
        act.do()
    except Refusal:
        return


def _story(play: Play, wrong: list[str]) -> str:
    acts = [f"{n}. {told}" for n, told in enumerate(play.told, 1)]
    return "\n".join(["", *wrong, "", "after", *acts])
