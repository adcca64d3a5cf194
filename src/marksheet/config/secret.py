"""Keep the signing key of an installation that was given none."""

import os
import secrets
from pathlib import Path


def secret_in(path: Path) -> str:
    """Return the key kept in ``path``; make it first, readable by its owner only, if there is none.

    Two processes that start at once agree: the file appears whole, by a link, or not at all.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()
