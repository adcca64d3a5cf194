"""The file sink of the demo: the file in which a message was left instead of being sent."""

import re
from pathlib import Path

from django.conf import settings

SINK = "django.core.mail.backends.filebased.EmailBackend"
LINK = re.compile(r"(/(?:invitation|reset/key)/)[^/\s]+")
MOST = 5_000


def is_sink() -> bool:
    """Return whether messages are left in files here."""
    return bool(settings.EMAIL_BACKEND == SINK)


def message_file(reference: str) -> tuple[str, str] | None:
    """Return name and text of the file that holds the message of this work; links for signing in are masked."""
    if not is_sink() or not reference:
        return None
    folder = Path(settings.EMAIL_FILE_PATH)
    for path in sorted(folder.glob("*"), reverse=True)[:MOST]:
        text = path.read_text(errors="replace") if path.is_file() else ""
        if f"<{reference}@" in text:
            return path.name, LINK.sub(r"\1…", text)
    return None
