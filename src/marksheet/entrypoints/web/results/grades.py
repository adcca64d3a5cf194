"""Grades as they are typed into the filter: several at once, with decimals in either notation."""

import re

# A comma between two digits belongs to a number: 6,8 is one grade, 6, 8 are two.
_BETWEEN = re.compile(r";|,(?!\d)|(?<!\d),")
# Words so short, or numbers, are grades of their own; "cum laude" is one.
_SHORT = re.compile(r"\d+(?:[.,]\d+)?|\S{1,2}")


def grades_in(text: str) -> tuple[str, ...]:
    """Return the grades of a text, each once, in the order in which they stand; a number also with a point.

    ``A, B``, ``A; B`` and ``A B`` are two; ``6,8; 7.5`` are 6.8 and 7.5.
    """
    found: dict[str, None] = {}
    for piece in _BETWEEN.split(text):
        words = piece.split()
        alone = words if all(_SHORT.fullmatch(word) for word in words) else [" ".join(words)]
        for word in filter(None, alone):
            found[word] = None
            if re.fullmatch(r"\d+,\d+", word):
                found[word.replace(",", ".")] = None
    return tuple(found)
