"""Run something in a process of its own and kill it before a chosen statement or commit."""

import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

from django.db import connection, connections

_inherited: list[Any] = []


def _count_boundaries(reached: Callable[[], None]) -> None:
    """Have ``reached`` called before every statement and commit of this thread, and after the commit."""

    def before_statement(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        if threading.current_thread() is threading.main_thread():
            reached()
        return execute(sql, params, many, context)

    connection.execute_wrappers.append(before_statement)
    wrapper: Any = connection
    commit = wrapper._commit

    def around_commit() -> None:
        reached()
        commit()
        reached()

    wrapper._commit = around_commit


def killed_at(boundary: int, action: Callable[[], object]) -> bool:
    """Run ``action`` in a child that is killed (SIGKILL) at its ``boundary``-th boundary, from 1.

    Returns:
        whether it was killed; False when it ended before it came so far.
    """
    connections.close_all()
    if hasattr(connection, "close_pool"):
        connection.close_pool()
    child = os.fork()
    if child == 0:
        _as_child(boundary, action)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return True
    if status:
        raise AssertionError(f"the child failed by itself at boundary {boundary} ({status=}); see its output")
    return False


def _forget_connections() -> None:
    """Have the child connect anew, to the database that is in use now.

    Where a browser was started in this process, its event loop runs in the parent and not in the child; Django keeps
    the connections of the two apart, so the child would find one from before the browser, open on another database.
    """
    for one in connections.all(initialized_only=True):
        # Still referred to, so that it is not closed: that would end the parent's session with its server.
        _inherited.append(one)
        del connections[one.alias]


def _as_child(boundary: int, action: Callable[[], object]) -> None:
    seen = 0

    def reached() -> None:
        nonlocal seen
        seen += 1
        if seen == boundary:
            os.kill(os.getpid(), signal.SIGKILL)

    try:
        _forget_connections()
        _count_boundaries(reached)
        action()
    except BaseException as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        os._exit(1)
    os._exit(0)
