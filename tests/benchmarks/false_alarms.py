"""How often compare_sharing is wrong, and how often it finds harm: ``python -m tests.benchmarks.false_alarms``.

Without a difference: two methods that differ by which columns they see, where swapping these columns changes nothing in
distribution. Their expected scores are therefore equal in every task, and any verdict is a false alarm. "noise": both
see the signal, and 20 columns of noise each. "halves": each sees one half of the columns, whose weights are equal.
Corrected standard errors are beside naive ones, s / sqrt(J); models are trained on whole training sets or a quarter.

With a difference: seven tasks whose weights correlate by 0.95, and one that has nothing in common with them, under a
ridge that shares by 0.9; half of the labels are missing. By task and data set: how often sharing is said to help, and
to hurt.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import make_pipeline
from threadpoolctl import threadpool_limits

from skmtl import MultiTaskRidge, TaskTargets
from skmtl.inspection import SharingComparison, compare_sharing

SEED = 20260122
N_TASKS, N_FEATURES = 8, 20
LEVEL = 0.05
SIZES = (100, 300)
PARTS = (1.0, 0.25)


@dataclass(frozen=True)
class Methods:
    """Data, and two methods to be compared on them."""

    X: np.ndarray
    y: TaskTargets
    joint: Any
    separate: Any = None


def weights(rng, n_features: int, relatedness: float) -> np.ndarray:
    """Draw weights of all tasks, of signals with variance 1."""
    common = rng.standard_normal((n_features, 1))
    own = rng.standard_normal((n_features, N_TASKS))
    W = np.sqrt(relatedness) * common + np.sqrt(1.0 - relatedness) * own
    return W / np.linalg.norm(W, axis=0)


def answer(rng, signal: np.ndarray, noise: float = 1.0, missing: float = 0.0) -> TaskTargets:
    """Draw targets with noise of some standard deviation; a fraction of the labels is missing at random."""
    noisy = signal + noise * rng.standard_normal(signal.shape)
    noisy[rng.random(noisy.shape) < missing] = np.nan
    return TaskTargets({f"task {t}": noisy[:, t] for t in range(N_TASKS)})


def seeing(columns: np.ndarray, model: Any) -> Any:
    """Return a model of some of the columns."""
    return make_pipeline(ColumnTransformer([("kept", "passthrough", columns)]), model)


def noise(rng, n_samples: int) -> Methods:
    """Both methods see the signal; each has columns of noise of its own."""
    X = rng.standard_normal((n_samples, 3 * N_FEATURES))
    y = answer(rng, X[:, :N_FEATURES] @ weights(rng, N_FEATURES, 0.9))
    signal, one, other = np.split(np.arange(X.shape[1]), 3)
    model = MultiTaskRidge(10.0, 0.5)
    return Methods(X, y, seeing(np.r_[signal, one], model), seeing(np.r_[signal, other], model))


def halves(rng, n_samples: int) -> Methods:
    """Each method sees one of two halves of the signal, which are equally strong."""
    X = rng.standard_normal((n_samples, 2 * N_FEATURES))
    one, other = np.split(np.arange(X.shape[1]), 2)
    y = answer(rng, (X[:, one] + X[:, other]) @ weights(rng, N_FEATURES, 0.9) / np.sqrt(2))
    model = MultiTaskRidge(10.0, 0.5)
    return Methods(X, y, seeing(one, model), seeing(other, model))


def planted(rng, n_samples: int) -> Methods:
    """The last task has nothing in common with the others; the joint model takes it to have."""
    X = rng.standard_normal((n_samples, 2 * N_FEATURES))
    W = weights(rng, X.shape[1], 0.95)
    W[:, -1] = weights(rng, X.shape[1], 0.0)[:, -1]
    joint = MultiTaskRidge(20.0, 0.9, signs="same")
    return Methods(X, answer(rng, X @ W, noise=0.7, missing=0.5), joint)


NULLS: dict[str, Callable[..., Methods]] = {"noise": noise, "halves": halves}


def compare(methods: Methods, seed: int, part: float = 1.0) -> SharingComparison:
    """Compare the methods with all defaults, trained on a part of each training set."""
    return compare_sharing(
        methods.joint,
        methods.X,
        methods.y,
        separate=methods.separate,
        train_sizes=[part],
        random_state=seed,
    )


def naive(comparison: SharingComparison) -> SharingComparison:
    """Return the comparison as if no fold overlapped with another: (1 / J + 0) s^2."""
    return replace(comparison, n_test_labels=np.zeros_like(comparison.n_test_labels))


@dataclass(frozen=True)
class Alarms:
    """Rates at which a difference is seen: of a task, of any task, and of any task by verdicts."""

    task: float
    any_task: float
    verdict: float

    @classmethod
    def of(cls, comparisons: list[SharingComparison]) -> "Alarms":
        """Count over data sets."""
        rows = [comparison.gains() for comparison in comparisons]
        raw = np.array([[row.p_value < LEVEL for row in each] for each in rows])
        said = np.array([[row.verdict != "no evidence" for row in each] for each in rows])
        return cls(raw.mean(), raw.any(axis=1).mean(), said.any(axis=1).mean())


def without_difference(name: str, n_samples: int, part: float, n_repeats: int) -> dict[str, Alarms]:
    """Return the rates of false alarms, of corrected and of naive standard errors."""
    rng = np.random.default_rng(SEED)
    found = [compare(NULLS[name](rng, n_samples), seed, part) for seed in range(n_repeats)]
    return {"corrected": Alarms.of(found), "naive": Alarms.of([naive(each) for each in found])}


def with_difference(n_samples: int, n_repeats: int) -> dict[str, dict[str, float]]:
    """Return mean differences and rates of verdicts, by kind of task and adjustment."""
    rng = np.random.default_rng(SEED)
    found = [compare(planted(rng, n_samples), seed) for seed in range(n_repeats)]
    rates = {}
    for how in ("holm", "fdr"):
        rows = [replace(comparison, adjustment=how).gains() for comparison in found]
        for kind, part in {"related": slice(-1), "unrelated": slice(-1, None)}.items():
            of_kind = [row for each in rows for row in each[part]]
            rates[f"{kind}, {how}"] = {
                "difference": float(np.mean([row.difference for row in of_kind])),
                "helps": float(np.mean([row.verdict == "helps" for row in of_kind])),
                "hurts": float(np.mean([row.verdict == "hurts" for row in of_kind])),
            }
    return rates


def main(arguments: list[str] | None = None) -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.false_alarms", description=__doc__
    )
    parser.add_argument("--repeats", type=int, default=60, help="data sets a row (60)")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="numbers of rows")
    given = parser.parse_args(arguments)
    print(f"no difference, {N_TASKS} tasks, level {LEVEL:.0%}, {given.repeats} data sets: alarms")
    print(f"  {'':46}{'of a task':>12}{'of any task':>14}{'any verdict (Holm)':>21}")
    with threadpool_limits(1):
        for name, size, part in product(NULLS, given.sizes, PARTS):
            for kind, rates in without_difference(name, size, part, given.repeats).items():
                title = f"{name}, {size} rows, {part:.0%} of training, {kind}"
                numbers = f"{rates.task:12.1%}{rates.any_task:14.1%}{rates.verdict:21.1%}"
                print(f"  {title:46}{numbers}", flush=True)
        print(f"one task of {N_TASKS} unrelated, {given.repeats} data sets: verdicts")
        print(f"  {'':46}{'difference of D2':>18}{'helps':>8}{'hurts':>8}")
        for size in given.sizes:
            for kind, rates in with_difference(size, given.repeats).items():
                numbers = f"{rates['difference']:18.3f}{rates['helps']:8.1%}{rates['hurts']:8.1%}"
                print(f"  {f'{size} rows, {kind}':46}{numbers}", flush=True)


if __name__ == "__main__":
    main()
