"""What may differ between two answers to the same question: chance and the clock of the web, nothing else."""

import re

# Headers that carry chance or the moment of the answer.
HEADERS = frozenset({"date", "set-cookie", "x-request-id"})
# In the text: (what it is, where it stands); the group is masked.
TEXT = (
    ("CSRF token", re.compile(rb'name="csrfmiddlewaretoken" value="([A-Za-z0-9]{64})"')),
    ("CSRF token for htmx", re.compile(rb'"X-CSRFToken": ?"([A-Za-z0-9]{64})"')),
    ("CSRF token for htmx, escaped", re.compile(rb"X-CSRFToken&quot;: ?&quot;([A-Za-z0-9]{64})&quot;")),
    ("nonce", re.compile(rb'nonce="([A-Za-z0-9+/=_-]+)"')),
)


def masked(content: bytes) -> bytes:
    """Return ``content`` with every masked place of the same length, filled with the same letter."""
    for _what, pattern in TEXT:
        content = pattern.sub(lambda found: found[0].replace(found[1], b"m" * len(found[1])), content)
    return content
