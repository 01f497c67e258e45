"""Synthetic problems whose true weights have a structure: few features, low rank, features or tasks of their own."""

import numpy as np
from scipy import sparse

from .problems import Problem, Size, answer, hide, inputs, title

SEED = 20260122
SIGNAL = 1.5  # standard deviation of the noiseless targets, as in the other problems
RANK = 3
DENSITY = 0.01


def planted(
    size: Size,
    structure: str,
    *,
    binary: bool = False,
    missing: float = 0.0,
    correlation: float = 0.0,
) -> Problem:
    """Draw a problem whose weights have one of the STRUCTURES; a fraction of the labels is missing at random."""
    rng = np.random.default_rng(SEED)
    X = inputs(rng, size, correlation)
    Y = targets(rng, X, STRUCTURES[structure](rng, size), binary)
    hide(rng, Y, missing)
    kind = title(binary, missing, correlation)
    return Problem(f"{size}, {structure}, {kind}", X, Y, Y, binary)


def text(size: Size) -> Problem:
    """Draw a sparse matrix like one of weighted word counts, 1 % of it not zero, and targets of few of its words."""
    rng = np.random.default_rng(SEED)
    n, d = size.n_samples, size.n_features
    share = 1.0 / (np.arange(d) + 10.0)  # frequencies of words, by rank
    counts = np.maximum(10, rng.poisson(share * (DENSITY * n * d / share.sum())))
    rows, columns = rng.integers(n, size=counts.sum()), np.repeat(np.arange(d), counts)
    X = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(n, d))
    X.data = 1.0 + np.log(X.data)
    X = (X @ sparse.diags(1.0 + np.log(n / counts))).tocsr()
    Y = targets(rng, X, rows_alone(rng, size), binary=False)
    return Problem(f"{size}, sparse X, {X.nnz / n / d:.1%} not zero, regression", X, Y, Y, False)


def targets(rng, X, W: np.ndarray, binary: bool) -> np.ndarray:
    """Draw targets of inputs and weights."""
    raw = X @ W
    raw *= SIGNAL / raw.std()
    return answer(rng, raw + rng.normal(0.0, 0.5, W.shape[1]), binary)


def rows_alone(rng, size: Size) -> np.ndarray:
    """A few features serve all tasks, all others none."""
    n_rows = max(2, min(size.n_features, size.n_samples) // 10)
    W = np.zeros((size.n_features, size.n_tasks))
    W[rng.permutation(size.n_features)[:n_rows]] = rng.standard_normal((n_rows, size.n_tasks))
    return W


def low_rank(rng, size: Size) -> np.ndarray:
    """All tasks are mixtures of a few."""
    return rng.standard_normal((size.n_features, RANK)) @ rng.standard_normal((RANK, size.n_tasks))


def rows_and_entries(rng, size: Size) -> np.ndarray:
    """A few features serve all tasks with like sizes, and some single tasks."""
    W = np.sign(rows_alone(rng, size))
    own = rng.random(W.shape) < 0.02
    W[own] = 3.0 * rng.standard_normal(np.count_nonzero(own))
    return W


def low_rank_and_outliers(rng, size: Size) -> np.ndarray:
    """A tenth of the tasks is no mixture of the few."""
    return with_outliers(rng, low_rank(rng, size))


def rows_and_outliers(rng, size: Size) -> np.ndarray:
    """A tenth of the tasks depends on all features, the others on the same few."""
    return with_outliers(rng, rows_alone(rng, size))


def with_outliers(rng, W: np.ndarray) -> np.ndarray:
    """Replace a tenth of the columns by noise of the size of the others."""
    n_outliers = max(1, W.shape[1] // 10)
    W[:, :n_outliers] = np.sqrt(np.mean(W**2)) * rng.standard_normal((len(W), n_outliers))
    return W


STRUCTURES = {
    "few features": rows_alone,
    "low rank": low_rank,
    "few features and some of single tasks": rows_and_entries,
    "low rank and outlier tasks": low_rank_and_outliers,
    "few features and outlier tasks": rows_and_outliers,
}
NATURAL = {
    "L21": "few features",
    "NuclearNorm": "low rank",
    "Dirty": "few features and some of single tasks",
    "RobustLowRank": "low rank and outlier tasks",
    "RobustFeatures": "few features and outlier tasks",
}
