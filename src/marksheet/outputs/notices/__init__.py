"""What we write to people: one file for each notice; none of them ever contains a result."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from marksheet.outputs.notices.message import Message, Skip

Renderer = Callable[[int, Mapping[str, Any], str], Message | Skip]

# The word in a message's payload: the module that renders it.
NOTICES: dict[str, str] = {
    "result-available": "marksheet.outputs.notices.result_available",
    "result-withdrawn": "marksheet.outputs.notices.result_withdrawn",
    "invitation": "marksheet.outputs.notices.invitation",
    "password-reset": "marksheet.outputs.notices.password_reset",
}


def render(person_id: int, payload: Mapping[str, Any], site: str) -> Message | Skip:
    """Return the message that ``payload`` asks for, checked; or why none may leave now.

    Args:
        person_id: whom it was asked for; the recipient is theirs, read now.
        site: the address of the site, without a slash at the end.
    """
    name = str(payload.get("notice", ""))
    if name not in NOTICES:
        return Skip(f"There is no notice called {name!r}.")
    renderer: Renderer = import_module(NOTICES[name]).render
    found = renderer(person_id, payload, site)
    return found if isinstance(found, Skip) else found.checked()
