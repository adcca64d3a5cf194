"""Which function carries out which kind of work.

A handler takes the work and ``keep(done, total)``, which tells progress and holds the lease; it returns
what came of it, as JSON. It may run twice. To refuse for good it raises a ``Refusal``; to wait, ``TryLater``;
anything else is tried again, ever later, and parked in the end.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from marksheet.apps.ledger.work import Work

Keep = Callable[[int, int], None]
Handler = Callable[[Work, Keep], Mapping[str, Any] | None]

# Kind of work: "module:function". Named, not imported, so that one broken kind does not stop the others.
HANDLERS: dict[str, str] = {
    "publish": "marksheet.entrypoints.jobs.release:carry_out_publication",
    "notices": "marksheet.entrypoints.jobs.release:queue_messages",
    "mail": "marksheet.entrypoints.jobs.mail:send",
    "import": "marksheet.entrypoints.shared.intake.jobs:apply_import",
    "import-look": "marksheet.entrypoints.shared.intake.jobs:look_at_import",
    "export": "marksheet.entrypoints.jobs.exports:write_export",
    "export-forget": "marksheet.entrypoints.jobs.exports:throw_export_away",
}


def handler_for(kind: str) -> Handler | None:
    """Return the function that carries out ``kind``; None when nobody here knows it."""
    path = HANDLERS.get(kind)
    if path is None:
        return None
    module, _, function = path.partition(":")
    handler: Handler = getattr(import_module(module), function)
    return handler
