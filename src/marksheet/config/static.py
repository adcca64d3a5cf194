"""Where static files are served from outside demo and debug."""

from whitenoise.storage import CompressedManifestStaticFilesStorage as Hashed


class HashedStatic(Hashed):  # type: ignore[misc]
    """Names that carry a digest of the content, in the imports of our own ES modules too.

    Only in ours: a library's comment that mentions an import would stop ``collectstatic``.
    """

    patterns = (*Hashed.patterns, ("marksheet/js/*.js", Hashed._js_module_import_aggregation_patterns[1]))
