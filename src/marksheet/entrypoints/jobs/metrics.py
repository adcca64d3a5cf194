"""What the worker counts about itself."""

from prometheus_client import Counter, Histogram

WORK_DONE = Counter(
    "marksheet_work_total", "Pieces of work, by kind and by what became of them.", ["kind", "outcome"]
)
WORK_SECONDS = Histogram("marksheet_work_seconds", "How long pieces of work took.", ["kind"])
