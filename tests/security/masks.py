"""What may differ between two answers to the same question: chance and the clock of the web, nothing else."""

import re
import time
from typing import Any

from django.utils.http import parse_http_date_safe

# Headers that carry chance or the moment of the answer.
HEADERS = frozenset({"date", "set-cookie", "x-request-id"})
# Pages that are never to be cached say "expired now", to the second (Django's never_cache: the sign-in pages of
# allauth). That moment is masked, and no other: one that is not now would tell something.
EXPIRES = "expires"
NOW_SECONDS = 5
# In the text: (what it is, where it stands); the group is masked.
TEXT = (
    ("CSRF token", re.compile(rb'name="csrfmiddlewaretoken" value="([A-Za-z0-9]{64})"')),
    ("CSRF token for htmx", re.compile(rb'"X-CSRFToken": ?"([A-Za-z0-9]{64})"')),
    ("CSRF token for htmx, escaped", re.compile(rb"X-CSRFToken&quot;: ?&quot;([A-Za-z0-9]{64})&quot;")),
    ("CSRF token of the mark sheet", re.compile(rb'data-csrf="([A-Za-z0-9]{64})"')),
    ("nonce", re.compile(rb'nonce="([A-Za-z0-9+/=_-]+)"')),
)


def masked(content: bytes) -> bytes:
    """Return ``content`` with every masked place of the same length, filled with the same letter."""
    for _what, pattern in TEXT:
        content = pattern.sub(lambda found: found[0].replace(found[1], b"m" * len(found[1])), content)
    return content


def masked_headers(answer: Any) -> bytes:
    """Return the headers of an answer, sorted, without those that may differ."""
    kept = [(name.lower(), value) for name, value in answer.headers.items() if name.lower() not in HEADERS]
    return "\n".join(sorted(f"{name}: {_expiry(name, value)}" for name, value in kept)).encode()


def _expiry(name: str, value: str) -> str:
    moment = parse_http_date_safe(value) if name == EXPIRES else None
    return "now" if moment is not None and abs(moment - time.time()) <= NOW_SECONDS else value
