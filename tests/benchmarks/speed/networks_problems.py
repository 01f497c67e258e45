"""Problems for networks: what they learn is nonlinear and shared by the tasks; all is in single precision."""

from dataclasses import replace

import numpy as np

from .problems import Problem, Size, title

N_HELD = 2000
N_UNITS = 16  # of the network that draws the targets
NOISE = 0.5


def taught(size: Size, *, binary: bool) -> tuple[Problem, Problem]:
    """Draw a problem and as much of it as the referee needs, which no contestant sees."""
    rng = np.random.default_rng(20260122)
    wide = replace(size, n_samples=size.n_samples + N_HELD)
    X = rng.standard_normal((wide.n_samples, size.n_features), dtype=np.float32)
    raw = teacher(rng, X, size.n_tasks)
    if binary:
        Y = (rng.random(raw.shape) < 1.0 / (1.0 + np.exp(-2.0 * raw))).astype(np.float32)
        Y[:2] = [[0.0], [1.0]]  # both classes in every task
    else:
        Y = raw + NOISE * rng.standard_normal(raw.shape, dtype=np.float32)
        Y /= np.sqrt(1.0 + NOISE**2)
    name = f"{size}, {title(binary, 0.0, 0.0)}"
    return tuple(
        Problem(name, X[rows], Y[rows], Y[rows], binary)
        for rows in (slice(size.n_samples), slice(size.n_samples, None))
    )


def teacher(rng: np.random.Generator, X: np.ndarray, n_tasks: int) -> np.ndarray:
    """Return raw predictions of variance one by a random network whose hidden units the tasks share."""
    n_features = X.shape[1]
    W = rng.standard_normal((n_features, N_UNITS), dtype=np.float32)
    W *= 2.0 / np.sqrt(n_features)
    raw = np.tanh(X @ W) @ rng.standard_normal((N_UNITS, n_tasks), dtype=np.float32)
    return (raw - raw.mean(axis=0)) / raw.std(axis=0)


def mean_loss(problem: Problem, means: np.ndarray) -> float:
    """Return the mean loss per label: log loss of probabilities, or half the squared error, in double precision."""
    Y, M = problem.Y.astype(np.float64), means.astype(np.float64)
    if not problem.binary:
        return float(0.5 * np.mean((M - Y) ** 2))
    M = np.clip(M, 1e-7, 1.0 - 1e-7)
    return float(-np.mean(Y * np.log(M) + (1.0 - Y) * np.log1p(-M)))
