"""Load the rules, as they are or with one line changed, without touching those already loaded."""

import importlib
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import marksheet.rules

FOLDER = Path(marksheet.rules.__file__).parent
# In the order of their imports, so that a changed module is there before anything imports it.
NAMES = (
    "rounding", "scale", "grading", "scoring", "attempts", "paper", "aggregation", "lifecycle",
    "readiness", "access", "publication", "account", "visibility", "statistics",
)  # fmt: skip


def rules() -> Any:
    """Return the rules as they are, one attribute per module."""
    return SimpleNamespace(**{name: importlib.import_module(f"marksheet.rules.{name}") for name in NAMES})


def changed_rules(module: str, old: str, new: str) -> Any:
    """Return a copy of all rules in which ``old``, which occurs once in ``module``, reads ``new``."""
    source = (FOLDER / f"{module}.py").read_text()
    if source.count(old) != 1:
        raise LookupError(f"{old!r} occurs {source.count(old)} times in {module}.py; it must occur once.")
    with _aside():
        return SimpleNamespace(**dict(_loaded({module: source.replace(old, new)})))


def _loaded(sources: Mapping[str, str]) -> Iterator[tuple[str, ModuleType]]:
    for name in NAMES:
        path = FOLDER / f"{name}.py"
        spec = spec_from_file_location(f"marksheet.rules.{name}", path)
        assert spec is not None
        module = module_from_spec(spec)
        sys.modules[spec.name] = module
        exec(compile(sources.get(name) or path.read_text(), str(path), "exec"), module.__dict__)
        yield name, module


@contextmanager
def _aside() -> Iterator[None]:
    kept = {name: module for name, module in sys.modules.items() if name.startswith("marksheet.rules.")}
    try:
        yield
    finally:
        for name in NAMES:
            sys.modules.pop(f"marksheet.rules.{name}", None)
        sys.modules.update(kept)
