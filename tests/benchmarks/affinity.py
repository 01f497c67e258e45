"""Whether task_affinity finds what is true: ``python -m tests.benchmarks.affinity`` prints estimates beside the truth.

Simulated tasks, two groups and outliers: the correlation of the true signals against that estimated, that of weights
fitted to all rows, and that of labels; how often intervals hold the truth; the groups proposed. Then real patients.
"""

import argparse
import time
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.impute import SimpleImputer
from sklearn.metrics import adjusted_rand_score
from threadpoolctl import threadpool_limits

from skmtl import MultiTaskGLM, TaskTargets
from skmtl.datasets import load_nhanes, load_support2, make_structured
from skmtl.inspection import group_tasks, task_affinity
from skmtl.penalties import MeanRegularized

TYPES = {
    "regression": ["regression"] * 10,
    "binary": ["binary"] * 10,
    "mixed": ["regression", "binary", "count"] * 3 + ["regression"],
}
N_FOLDS = 10


def simulate(
    kind: str, n_samples: int, seed: int, shared_noise: float = 0.7
) -> tuple[Any, Any, Any]:
    """Draw tasks in two groups of four and two outliers; noise of regressions correlates by shared_noise."""
    X, y, truth = make_structured(
        n_samples,
        30,
        task_types=TYPES[kind],
        structure="clusters",
        relatedness=0.8,
        n_outliers=2,
        missing=0.2,
        noise=0.0,
        random_state=seed,
        return_truth=True,
    )
    rng = np.random.default_rng(seed)
    common, own = rng.standard_normal((n_samples, 1)), rng.standard_normal((n_samples, len(y)))
    noise = np.sqrt(shared_noise) * common + np.sqrt(1.0 - shared_noise) * own
    types = y.task_types
    columns = {
        name: y[name] + noise[:, t] if types[name] == "regression" else y[name]
        for t, name in enumerate(y)
    }
    return X, TaskTargets(columns, task_types=types), truth


def plain_correlations(X: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return correlations of predictions of separate models of all rows, and of labels."""
    model = MultiTaskGLM(MeanRegularized(30.0, sharing=0.0)).fit(X, y)
    weights = np.corrcoef(X @ model.coef_.T, rowvar=False)
    labels = pd.DataFrame({name: pd.to_numeric(pd.Series(y[name])) for name in y}).corr()
    return weights, labels.to_numpy()


def true_groups(truth: Any) -> list[int]:
    """Return the groups: outliers are alone."""
    alone = {name: 100 + t for t, name in enumerate(truth.outliers)}
    return [alone.get(name, group) for name, group in truth.clusters.items()]


def mean(values: np.ndarray) -> float:
    """Return the mean, NaN of nothing."""
    return float(values.mean()) if len(values) else float("nan")


def trial(kind: str, n_samples: int, seed: int) -> Mapping[str, float]:
    """Return errors, coverage and the agreement of groups of one simulation."""
    X, y, truth = simulate(kind, n_samples, seed)
    start = time.perf_counter()
    affinity = task_affinity(X, y, cv=N_FOLDS, random_state=seed)
    seconds = time.perf_counter() - start
    pair = np.triu_indices(len(y), 1)
    true = np.corrcoef(X @ truth.coef.T, rowvar=False)[pair]
    found = affinity.correlation.to_numpy()[pair]
    error = affinity.correlation_std_error.to_numpy()[pair]
    weights, labels = (table[pair] for table in plain_correlations(X, y))
    known = np.isfinite(found)
    group = np.asarray(true_groups(truth))
    related = group[pair[0]] == group[pair[1]]
    width = stats.t.ppf(0.975, N_FOLDS - 1) * error
    groups = list(group_tasks(affinity).values())
    both = known & related
    seen = {"true": true, "found": found, "weights": weights, "labels": labels}
    return {
        "known": known.mean(),
        **{name: mean(table[both]) for name, table in seen.items()},
        **{f"apart: {name}": mean(table[known & ~related]) for name, table in seen.items()},
        "rms error": np.sqrt(mean((found - true)[known] ** 2)),
        "of weights": np.sqrt(mean((weights - true)[known] ** 2)),
        "std error": np.sqrt(mean(error[known] ** 2)),
        "covered": mean(np.abs(found - true)[known] <= width[known]),
        "Rand": adjusted_rand_score(group, groups),
        "seconds": seconds,
    }


def simulated(sizes: list[int], seeds: int) -> pd.DataFrame:
    """Return means over seeds, a row a kind of tasks and a number of samples."""
    rows = {}
    for kind in TYPES:
        for n_samples in sizes:
            found = pd.DataFrame([trial(kind, n_samples, seed) for seed in range(seeds)])
            rows[kind, n_samples] = found.mean()
    return pd.DataFrame(rows).T


def real(name: str, n_rows: int | None) -> None:
    """Print what is found of a shipped table: numeric inputs, gaps filled with medians."""
    X, y = {"support2": load_support2, "nhanes": load_nhanes}[name](return_X_y=True)
    X = SimpleImputer(strategy="median").fit_transform(X.select_dtypes("number"))
    rows = np.random.default_rng(0).permutation(len(X))[:n_rows]
    start = time.perf_counter()
    affinity = task_affinity(X[rows], y[rows], n_repeats=3, random_state=0)
    seconds = time.perf_counter() - start
    print(f"\n{name}, {len(rows)} rows, {seconds:.0f} s")
    print(affinity.tasks.round(3).to_string())
    print(affinity.correlation.round(2).to_string())
    print(affinity.pairs().round(3).head(25).to_string())
    gains = affinity.pairs()[["first", "second", "to_second", "to_first"]]
    print(gains.assign(most=gains.iloc[:, 2:].max(axis=1)).nlargest(8, "most").round(4).to_string())
    groups = group_tasks(affinity)
    print([[t for t in groups if groups[t] == g] for g in range(max(groups.values()) + 1)])


def main(arguments: list[str] | None = None) -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 300, 1000])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument(
        "--rows", type=int, default=1500, help="of the real tables; 0 leaves them out"
    )
    options = parser.parse_args(arguments)
    with threadpool_limits(1):
        print(
            "Means over pairs: of one group, then of others (noise of regressions correlates by 0.7)"
        )
        print(simulated(options.sizes, options.seeds).round(2).to_string())
        for name in ("support2", "nhanes") if options.rows else ():
            real(name, options.rows)


if __name__ == "__main__":
    main()
