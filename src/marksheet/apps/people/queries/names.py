"""Names are found as they are typed, with or without accents, capitals and hyphens."""

from django.db.models import Q

from marksheet.formats.names import sort_name


def has_in_name(word: str, field: str = "sort_name") -> Q:
    """Match people, or rows with a copy of their name, whose name holds ``word``.

    Args:
        word: one word as typed; one without a letter or digit is in no name.
        field: where the key that ``steps.sort_name`` makes is kept.
    """
    key = sort_name(word)
    return Q(**{f"{field}__contains": key}) if key else Q(pk__in=())
