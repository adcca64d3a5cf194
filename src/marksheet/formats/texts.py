"""A text that a candidate wrote is kept as it was typed: lines, blanks and every letter."""

import re

MOST_SHOWN = 80
# What neither a page nor a database keeps; line breaks and tabs are kept.
UNKEPT = re.compile("[\x00-\x08\x0e-\x1f\ud800-\udfff]")
WORD = re.compile(r"\w+(?:[-'’.]\w+)*")


class UnkeptCharacter(ValueError):
    """A text holds a character that cannot be kept; the message names it and its place."""


def as_typed(text: str) -> str:
    """Return ``text`` with line breaks as they are stored, whichever program wrote them; nothing else changes."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def kept_text(text: str) -> str:
    """Return ``text`` as it is stored.

    Raises:
        UnkeptCharacter: it holds a control character.

    Source: docs/rulebook/imports.md#texts.
    """
    typed = as_typed(text)
    found = UNKEPT.search(typed)
    if found:
        raise UnkeptCharacter(
            f"character {found.start() + 1} (U+{ord(found[0]):04X}) cannot be kept. Take it out, then save again."
        )
    return typed


def words_in(text: str) -> int:
    """Return how many words a text has: runs of letters and digits; "it's" and "well-known" are one word each."""
    return len(WORD.findall(text))


def brief(text: str) -> str:
    """Return a text in one line, cut after 80 characters, with how many words it has; a short one as it is."""
    line = " ".join(text.split())
    return line if len(line) <= MOST_SHOWN else f"{line[:MOST_SHOWN].rstrip()}… ({words_in(text)} words)"
