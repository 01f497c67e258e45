"""Memory of a fit in a process of its own: ``python -m tests.benchmarks.speed.networks_memory CONTESTANT`` prints it.

The peak is the kernel's, of all that is resident, from the moment at which the data are there.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

from threadpoolctl import threadpool_limits

from .measures import RESET, resident
from .networks_problems import taught
from .problems import Problem, Size
from .rivals import Contestant
from .rivals_networks import Plan, ours, sklearn_mlp, torch_loop

ROOT = Path(__file__).resolve().parents[3]
N_FEW = 1000  # rows of a first fit, for what is loaded and allocated once


def members(number: int) -> Callable[[Plan, int], Contestant]:
    """skmtl's network with so many members and its own batches."""
    return partial(ours, n_members=number)


CONTESTANTS: Mapping[str, Callable[[Plan, int], Contestant]] = {
    "MultiTaskMLP(n_members=1)": members(1),
    "MultiTaskMLP(n_members=8)": members(8),
    "scikit-learn's MLP": sklearn_mlp,
    "PyTorch": torch_loop,
}


class Memory(NamedTuple):
    """Bytes of X, what was resident before the fit and, at most, in it."""

    X: int
    before: int
    peak: int

    @property
    def added(self) -> int:
        """What the fit held at most on top of the data that it was given."""
        return self.peak - self.before


def lacks() -> str:
    """Say why memory cannot be told; empty where it can."""
    return "" if RESET.exists() else "needs Linux's /proc"


def measure(name: str, size: Size, plan: Plan, epochs: int) -> Memory:
    """Fit in a process of its own."""
    numbers = (size.n_samples, size.n_features, size.n_tasks, plan.batch, epochs)
    command = [sys.executable, "-m", "tests.benchmarks.speed.networks_memory", name]
    command += [str(number) for number in numbers]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return Memory(*json.loads(done.stdout))


def fit_and_tell(name: str, size: Size, plan: Plan, epochs: int) -> Memory:
    """Fit in this process."""
    problem, _ = taught(size, binary=False)
    contestant = CONTESTANTS[name](plan, epochs)
    some = slice(min(N_FEW, size.n_samples))
    contestant.fit(Problem("", problem.X[some], problem.Y[some], problem.y[some], False))
    RESET.write_text("5")  # the peak begins anew
    before = resident("VmRSS")
    contestant.fit(problem)
    return Memory(problem.X.nbytes, before, resident("VmHWM"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("contestant", choices=CONTESTANTS)
    numbers = {"samples": 200_000, "features": 300, "tasks": 5, "batch": 256, "epochs": 2}
    for name, number in numbers.items():
        parser.add_argument(name, nargs="?", type=int, default=number)
    given = parser.parse_args()
    size = Size("memory", given.samples, given.features, given.tasks)
    with threadpool_limits(1):
        found = fit_and_tell(given.contestant, size, Plan(batch=given.batch), given.epochs)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
