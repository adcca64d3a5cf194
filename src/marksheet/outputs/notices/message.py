"""A message on its way to one person, and the checks it passes before it may leave."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Skip:
    """No message leaves, and this is why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one recipient, in plain text."""

    to: str
    subject: str
    body: str

    def checked(self) -> "Message | Skip":
        """Return the message itself if no part of it is blank or broken; otherwise why it may not leave."""
        if "@" not in self.to or any(sign in self.to for sign in "\r\n, ;"):
            return Skip("The recipient has no usable address.")
        if not self.subject.strip() or any(sign in self.subject for sign in "\r\n"):
            return Skip("The subject is blank or broken.")
        if len(self.body.strip()) < 40:
            return Skip("The text is blank.")
        return self


def paragraphs(*texts: str) -> str:
    """Return texts as paragraphs of a plain message."""
    return "\n\n".join(text for text in texts if text) + "\n"
