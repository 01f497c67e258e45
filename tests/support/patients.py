"""Simulated patients with related outcomes, and what the tests compare of fitted models."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import sparse


def patients(seed=0, n=70, d=5, missing=0.3):
    """Return X and targets of eight related tasks, in very different units; missing is a share."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d)) + np.linspace(-1, 1, d)
    w = rng.normal(size=d) / np.sqrt(d)

    def score(sign=1.0, noise=0.5):
        return X @ (sign * w + 0.25 * rng.normal(size=d) / np.sqrt(d)) + noise * rng.normal(size=n)

    y = {
        "days": 4.0 - 3.0 * score(),
        "cost": 2e4 + 9e3 * score(),
        "lab": 0.01 * score() + 1.0,
        "died": cut(score(), ("no", "yes")),
        "cured": cut(score(-1.0), ("ill", "well")),
        "stage": cut(score(noise=1.0), ("I", "II", "III")),
        "grade": cut(score(noise=1.0), ("I", "II", "III")),
        "visits": rng.poisson(np.exp(np.clip(0.5 * score(), -3, 2))).astype(float),
    }
    for column in y.values():
        column[rng.random(n) < missing] = None if column.dtype == object else np.nan
    return X, y


def cut(score, labels):
    """Return labels by quantiles of a score."""
    at = {2: [0.6], 3: [0.3, 0.7]}[len(labels)]
    return np.array(labels, dtype=object)[np.searchsorted(np.quantile(score, at), score)]


def known(column):
    """Return the mask of the labels that are there, without asking the package."""
    return np.array([not (value is None or value != value) for value in column])


def numbers(fitted):
    """Return what a fitted model is in one array, a row a raw column.

    Of a linear model: coefficients and intercepts. Of a network: raw predictions at fixed points.
    """
    if hasattr(fitted, "coef_"):
        return np.column_stack([fitted.coef_, fitted.intercept_])
    return by_column(fitted.decision_function(probes(fitted)))


def by_column(decision):
    """Return the raw predictions of all tasks in one array, a row a column."""
    return np.column_stack(list(decision.values())).T


def probes(fitted):
    """Return some points that a fitted model can be asked about, in a frame where it knows names."""
    points = np.random.default_rng(5).normal(size=(20, fitted.n_features_in_))
    names = getattr(fitted, "feature_names_in_", None)
    return (
        points if names is None else pytest.importorskip("pandas").DataFrame(points, columns=names)
    )


def assert_same_numbers(found, wanted, tolerance=1e-6):
    """Assert that each column of coefficients is the same, against its largest."""
    size = np.abs(wanted).max(axis=1, keepdims=True)
    assert_allclose(found / size, wanted / size, rtol=0, atol=tolerance)


def rows_of(y, rows):
    """Return rows of a plain dict of targets."""
    return {name: column[rows] for name, column in y.items()}


def copies(X, y, counts):
    """Return X and y with each (sample, task) pair repeated; counts is (n_samples, n_tasks)."""
    parts = []
    for k in range(int(counts.max())):
        part = {}
        for t, (name, column) in enumerate(y.items()):
            part[name] = column.copy()
            part[name][counts[:, t] <= k] = None if column.dtype == object else np.nan
        parts.append(part)
    joined = {name: np.concatenate([part[name] for part in parts]) for name in y}
    stack = sparse.vstack if sparse.issparse(X) else np.vstack
    return stack([X] * len(parts)), joined
