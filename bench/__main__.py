"""All the promises about speed, each against its reference, on both databases: ``make bench``.

Run: ``python -m bench [percent]``: the sizes of quality.md, or so many per cent of them. Each runs in a process
of its own, so that none warms or crowds another; one that fails is named and the rest go on.
"""

import subprocess
import sys

KINDS = ("postgres", "sqlite")
# Module, sizes in full, and whether it is measured on each database. SQLite is for small offices: fewer results.
BENCHES: tuple[tuple[str, dict[str, tuple[int, ...]]], ...] = (
    ("publish", {"postgres": (50_000,), "sqlite": (50_000,)}),
    ("results_tab", {"postgres": (1_000_000, 10_000), "sqlite": (200_000, 10_000)}),
    ("results_day", {"postgres": (2_000,), "sqlite": (2_000,)}),
    ("results_peak", {"postgres": (2_000,)}),
    ("export_db", {"postgres": (200_000,), "sqlite": (200_000,)}),
    ("export_xlsx", {"": (200_000, 20)}),
    ("machine_scoring", {"": (100_000, 60)}),
    ("item_statistics", {"": (100_000, 60)}),
    ("marking", {"postgres": (50_000, 200), "sqlite": (50_000, 200)}),
    ("marking_live", {"postgres": (50_000, 200), "sqlite": (50_000, 200)}),
)


def commands(percent: int) -> list[list[str]]:
    """Return the words of each run; only the first size shrinks, the second is a shape."""
    found = []
    for module, kinds in BENCHES:
        for kind, (size, *shape) in kinds.items():
            words = [f"bench.{module}", *([kind] if kind else []), str(max(size * percent // 100, 100))]
            found.append([*words, *(str(n) for n in shape)])
    return found


def main() -> int:
    """Run them all; return how many failed."""
    failed = 0
    for words in commands(int(sys.argv[1]) if len(sys.argv) > 1 else 100):
        print(f"$ python -m {' '.join(words)}", flush=True)
        failed += subprocess.run([sys.executable, "-m", *words], check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
