"""Where static files are served from outside demo and debug."""

import functools

from whitenoise.storage import CompressedManifestStaticFilesStorage as Hashed


class HashedStatic(Hashed):  # type: ignore[misc]
    """Names that carry a digest of the content, in the imports of our own ES modules too.

    Only in ours: a library's comment that mentions an import would stop ``collectstatic``.
    """

    patterns = (*Hashed.patterns, ("marksheet/js/*.js", Hashed._js_module_import_aggregation_patterns[1]))

    @functools.cache  # noqa: B019 - there is one storage, and its names stay as they are while the process lives
    def url(self, name: str, force: bool = False) -> str:
        """Return the address of a file; every page names a dozen."""
        return str(super().url(name, force))
