"""The same content has the same hash, whichever file it came in, so that a repeat is recognised."""

import hashlib
import json
from collections.abc import Iterable


def content_hash(kind: str, facts: Iterable[object]) -> str:
    """Return the SHA-256 of ``facts`` as hexadecimal text: one line of compact JSON each, after ``kind``.

    The caller sorts the facts, so that neither the order of rows nor the kind of file matters.
    """
    digest = hashlib.sha256(kind.encode())
    encode = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), sort_keys=True).encode
    for fact in facts:
        digest.update(b"\n" + encode(fact).encode("ascii"))
    return digest.hexdigest()
