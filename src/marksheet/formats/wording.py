"""A sentence for a person that can still be translated after it was put together."""

from collections.abc import Mapping


class Text(str):
    """An English sentence that remembers its pattern and its parts.

    A page shows it in the reader's language by ``gettext(text.msgid) % text.params``.
    """

    msgid: str
    params: Mapping[str, object]


def say(msgid: str, **params: object) -> Text:
    """Return the sentence ``msgid % params``; import it as ``_`` so that gettext finds the pattern.

    Example: ``say("%(n)s rows", n=3) == "3 rows"``.
    """
    text = Text(msgid % params)
    text.msgid = msgid
    text.params = params
    return text
