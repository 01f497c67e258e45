"""What tol asks for is had: a certificate at most so large, without a warning, for no more work than a smaller tol."""

import warnings

import numpy as np
import pytest

from skmtl import MultiTaskGLM, MultiTaskLogisticRegression, MultiTaskRidge, TaskTargets

TOLERANCES = (1e-2, 1e-4, 1e-6, 1e-8, 1e-10, 1e-12, 1e-16)
MODELS = {
    "logistic": lambda **options: MultiTaskLogisticRegression(sharing=0.0, **options),
    "shared": lambda **options: MultiTaskLogisticRegression(sharing=0.5, **options),
    "mixed": lambda **options: MultiTaskGLM(**options),
    "ridge": lambda **options: MultiTaskRidge(sharing=0.5, **options),
}


def targets(kind, rng, eta):
    """Return targets of a kind, a third of them missing at random, that depend on eta."""
    flags = (eta + rng.logistic(size=eta.shape) > 0).astype(float)
    columns = {"a": flags[:, 0], "b": flags[:, 1], "c": flags[:, 2]}
    if kind == "mixed":
        columns |= {"b": eta[:, 1], "c": rng.poisson(np.exp(0.5 * eta[:, 2])).astype(float)}
    if kind == "ridge":
        columns = dict(zip("abc", eta.T, strict=True))
    for y in columns.values():
        y[rng.random(len(y)) < 0.3] = np.nan
    types = {"c": "count"} if kind == "mixed" else None
    return TaskTargets(columns, task_types=types)


@pytest.mark.parametrize("n, d", [(600, 20), (60, 90)])
@pytest.mark.parametrize("kind", MODELS)
def test_certificate(kind, n, d, rng):
    """dual_gap_ is at most tol, or 1e-10, and nothing is warned of."""
    X = rng.normal(size=(n, d))
    y = targets(kind, rng, X @ rng.normal(size=(d, 3)) / np.sqrt(d))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for tol in TOLERANCES:
            assert MODELS[kind](tol=tol).fit(X, y).dual_gap_ <= max(tol, 1e-10)


@pytest.mark.parametrize("kind", ["logistic", "shared", "mixed"])
def test_loose_is_quick(kind, rng):
    """A looser tolerance takes no more iterations, and no solution by least squares on top of them."""
    X = rng.normal(size=(2000, 40))
    y = targets(kind, rng, X @ rng.normal(size=(40, 3)) / 6.0)
    n_iter = [MODELS[kind](tol=tol).fit(X, y).n_iter_ for tol in TOLERANCES]
    assert n_iter[0] < n_iter[4] and n_iter[0] <= n_iter[1] <= n_iter[2]
