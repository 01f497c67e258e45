"""Time and memory of contestants that take turns in one process."""

import gc
import os
import time
import tracemalloc
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from threadpoolctl import threadpool_info

CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}
SLOW_KERNELS = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
MOST_REPEATS = 60


class Settings(NamedTuple):
    """How to measure: at least so many repeats, more until so many seconds are spent."""

    repeats: int = 5
    seconds: float = 2.0
    clock: str = "wall"
    correlation: float = 0.0


class Timed(NamedTuple):
    """The seconds of each repeat, and what the last one returned."""

    seconds: np.ndarray
    result: Any

    @property
    def median(self) -> float:
        return float(np.median(self.seconds))

    @property
    def best(self) -> float:
        return float(np.min(self.seconds))


def take_turns(jobs: Mapping[str, Callable[[], Any]], settings: Settings) -> dict[str, Timed]:
    """Time jobs in turns, after a round that does not count."""
    clock = CLOCKS[settings.clock]
    seconds: dict[str, list[float]] = {name: [] for name in jobs}
    results = {}
    start = time.perf_counter()
    for name, job in jobs.items():
        results[name] = job()
    round_takes = max(time.perf_counter() - start, 1e-9)
    rounds = int(
        np.clip(
            settings.seconds / round_takes, settings.repeats, max(settings.repeats, MOST_REPEATS)
        )
    )
    collects = gc.isenabled()
    for _ in range(rounds):
        for name, job in jobs.items():
            gc.collect()
            gc.disable()
            start = clock()
            results[name] = job()
            seconds[name].append(clock() - start)
            if collects:
                gc.enable()
    return {name: Timed(np.array(seconds[name]), results[name]) for name in jobs}


def peak_memory(job: Callable[[], Any]) -> int:
    """Return the largest number of bytes that a job held at once, NumPy's arrays included."""
    gc.collect()
    tracemalloc.start()
    try:
        job()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def machine() -> list[str]:
    """Describe the libraries that do the work, and warn of what would slow them."""
    lines = []
    for found in threadpool_info():
        kernel = f", kernel {found['architecture']}" if "architecture" in found else ""
        version = f" {found['version']}" if found.get("version") else ""
        lines.append(f"{found['internal_api']}{version}{kernel}, {found['num_threads']} thread(s)")
    lines = sorted(set(lines))
    for name in SLOW_KERNELS:
        if name in os.environ:
            lines.append(f"WARNING: {name} is set, which may slow NumPy: unset it for a benchmark")
    return lines
