"""Something in the way of using what was written: a stable word, where it is, and values for its sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the way: a stable word, where it is, and values that its sentence names."""

    code: str
    where: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
