"""Names are searched by the starts of their words and sorted by family name, accents aside."""

import re
import unicodedata

WORD = re.compile(r"[^\W_]+")
# letters that NFKD leaves whole, in the spelling in which people type them
UNACCENTED = str.maketrans(
    {"ł": "l", "đ": "d", "ð": "d", "ø": "o", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"}
)


def folded(text: str) -> str:
    """Return ``text`` without capitals and accents.

    Example: ``folded("Łukasz Großmann-Nuñez") == "lukasz grossmann-nunez"``.
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(character for character in plain if not unicodedata.combining(character))
    return bare.casefold().translate(UNACCENTED)


def words(text: str) -> tuple[str, ...]:
    """Return the different words of ``text``, folded, in the order in which they appear.

    A search for the start of any of them finds the text; digits count as letters.

    Example: ``words("Nováková, Eva-Marie 2019/A7") == ("novakova", "eva", "marie", "2019", "a7")``.
    """
    return tuple(dict.fromkeys(WORD.findall(folded(text))))


def sort_name(name: str) -> str:
    """Return the key that sorts ``name`` by family name.

    "Family, Given" keeps its order; otherwise the last word is taken for the family name.

    Example: ``sort_name("Eva Nováková") == sort_name("Nováková, Eva") == "novakova eva"``.
    """
    family, comma, given = name.partition(",")
    if not comma:
        given, _, family = name.strip().rpartition(" ")
    return " ".join(WORD.findall(folded(family)) + WORD.findall(folded(given)))
