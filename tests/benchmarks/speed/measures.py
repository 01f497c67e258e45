"""Time and memory of contestants that take turns in one process."""

import ctypes
import ctypes.util
import gc
import os
import time
import tracemalloc
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from threadpoolctl import threadpool_info

CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}
SLOW_KERNELS = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
MOST_REPEATS = 60
STATUS, RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


class Settings(NamedTuple):
    """How to measure: at least so many repeats, more until so many seconds are spent."""

    repeats: int = 5
    seconds: float = 2.0
    clock: str = "wall"
    correlation: float = 0.0


class Timed(NamedTuple):
    """The seconds of each repeat, what the last one returned, and the bytes that the first held at most."""

    seconds: np.ndarray
    result: Any
    peak: float = np.nan

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
    results, peaks = {}, {}
    start = time.perf_counter()
    for name, job in jobs.items():
        results[name], peaks[name] = with_peak(job)
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
    return {name: Timed(np.array(seconds[name]), results[name], peaks[name]) for name in jobs}


def repeat(job: Callable[[], Any], settings: Settings) -> Timed:
    """Time a job that may take long: it runs again only until so many seconds are spent."""
    clock, seconds, peak = CLOCKS[settings.clock], [], np.nan
    begin = time.perf_counter()
    while not seconds or (
        len(seconds) < settings.repeats and time.perf_counter() - begin < settings.seconds
    ):
        start = clock()
        if not seconds:
            result, peak = with_peak(job)
        else:
            result = job()
        seconds.append(clock() - start)
    return Timed(np.array(seconds), result, peak)


def resident(key: str) -> int:
    """Return a number of bytes from the kernel: VmRSS, now, or VmHWM, at most."""
    (line,) = (line for line in STATUS.read_text().splitlines() if line.startswith(key))
    return 1024 * int(line.split()[1])


def with_peak(job: Callable[[], Any]) -> tuple[Any, float]:
    """Do a job; return its result, and the bytes that it held at most on top of what was resident; NaN off Linux.

    It costs nothing, and sees what libraries hold, but only pages: a job that needs little may find room that is free.
    """
    if not RESET.exists():
        return job(), np.nan
    gc.collect()
    give_back()
    RESET.write_text("5")  # the peak begins anew
    before = resident("VmRSS")
    result = job()
    return result, float(resident("VmHWM") - before)


def give_back() -> None:
    """Give memory that is free back to the kernel, where the C library can."""
    library = ctypes.CDLL(ctypes.util.find_library("c"))
    if hasattr(library, "malloc_trim"):
        library.malloc_trim(0)


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
