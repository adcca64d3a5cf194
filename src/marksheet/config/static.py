"""Where static files are served from outside demo and debug."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStatic(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Names that carry a digest of the content, in the imports of our ES modules too."""

    support_js_module_import_aggregation = True
