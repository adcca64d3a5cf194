"""Every benchmark can be started; how fast things are is for `make bench` to say."""

import subprocess
import sys

import pytest

from bench.__main__ import BENCHES


@pytest.mark.once
@pytest.mark.parametrize("module", [name for name, _kinds in BENCHES])
def test_a_benchmark_can_be_started(module: str) -> None:
    started = subprocess.run([sys.executable, "-c", f"import bench.{module}"], capture_output=True, text=True)
    assert started.returncode == 0, started.stderr
