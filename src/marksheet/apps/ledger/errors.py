"""What can go wrong in a verb or a query, in words for people and a code for programs."""

from collections.abc import Sequence


class Refusal(Exception):
    """A request that was answered with no; ``message`` says what happened, what is needed, what to do next."""

    code = "refused"

    def __init__(
        self, message: str = "", *, helpers: Sequence[str] = (), details: Sequence[str] = ()
    ) -> None:
        super().__init__(str(message))
        self.message = message
        self.helpers = tuple(helpers)
        self.details = tuple(details)


class NotFound(Refusal):
    """It is not there, or it is hidden from this reader: both read the same."""

    code = "not-found"


class NotAllowed(Refusal):
    """The actor may know of it, but may not do this; ``helpers`` names who can."""

    code = "not-allowed"


class WrongState(Refusal):
    """It cannot be done now."""

    code = "wrong-state"


class Stale(Refusal):
    """Somebody else was faster; what was typed is kept."""

    code = "stale"


class BadInput(Refusal):
    """What came in is wrong; ``details`` names row, column, value and reason."""

    code = "bad-input"
