"""Inverses that know each column's Hessian are those of the dense Hessian in weights and intercepts."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from prepared import dense_hessian, problem_of

from skmtl import MultiTaskGLM
from skmtl.linear_model.problems._arrowhead import column_inverse, inverse_of
from skmtl.linear_model.problems._column_hessians import ColumnHessian
from skmtl.linear_model.problems._column_inverse import FewLabelsInverse, ManyLabelsInverse
from skmtl.linear_model.problems._gram_inverse import symmetric
from skmtl.penalties import MeanRegularized

MANY, FEW = (40, 5), (14, 20)


def tasks(rng, X, kind):
    """Return three tasks of a kind, with labels of some samples each; the last has few."""
    n, y = len(X), {}
    for t, name in enumerate("abc"):
        score = X @ rng.normal(size=X.shape[1]) / np.sqrt(X.shape[1]) + t
        values = {
            "regression": score + rng.normal(size=n),
            "binary": np.arange(n) // 3 % 2.0,
            "count": rng.poisson(np.exp(0.3 * score)).astype(float),
        }[kind]
        values[np.arange(n) % 3 < t] = np.nan
        y[name] = values
    return y


@pytest.mark.parametrize("sharing", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("kind", ["regression", "binary", "count"])
@pytest.mark.parametrize("n, d", [MANY, FEW], ids=["many", "few"])
def test_exact(n, d, kind, fit_intercept, sharing, rng):
    """Missing labels, weights and curvatures by label; more samples than features, and fewer."""
    X = rng.normal(size=(n, d)) + 2.0
    penalty = MeanRegularized({"a": 0.5, "b": 2.0, "c": 0.1}, sharing, signs="same")
    model = MultiTaskGLM(penalty, task_types=kind, fit_intercept=fit_intercept)
    weight = np.where(rng.random(n) < 0.1, 0.0, rng.exponential(size=n))
    problem = problem_of(model, X, tasks(rng, X, kind), weight)
    v = 0.02 * rng.normal(size=len(problem.start()))
    raw = problem.predict(v)
    inverse = problem.arrowhead(problem.layout.column_hessians(raw))
    U, beta = problem.split(rng.normal(size=len(v)))
    found = np.concatenate([np.ravel(part) for part in inverse.with_intercepts(U, beta)])
    H = dense_hessian(problem, raw)
    wanted = np.linalg.solve(H, np.r_[U.ravel(), beta])
    assert_allclose(found, wanted, rtol=0, atol=1e-9 * np.abs(wanted).max())
    if (
        problem.is_quadratic
    ):  # the Hessian is the same everywhere, and intercepts may be at their best
        found = problem.arrowhead(problem.layout.square_hessians)(U).ravel()
        wanted = np.linalg.solve(H, np.r_[U.ravel(), np.zeros(len(beta))])[: U.size]
        assert_allclose(found, wanted, rtol=0, atol=1e-9 * np.abs(wanted).max())


@pytest.mark.parametrize("variance", [0.0, 1e-12, 1e-3, 1.0, 1e6])
def test_of_one_column(variance, rng):
    """M = (I + v H)^-1 and P = H M, by either way, however weak or strong the prior is."""
    A, r = rng.normal(size=(6, 6)) * np.logspace(-1, 1, 6), rng.normal(size=6)
    H = A.T @ A
    M = np.linalg.inv(np.eye(6) + variance * H)
    few = column_inverse(ColumnHessian(1.0, np.zeros(6), A, None), variance)
    many = column_inverse(ColumnHessian(1.0, np.zeros(6), None, H), variance)
    assert isinstance(few, FewLabelsInverse) and isinstance(many, ManyLabelsInverse)
    for inverse in (few, many):
        z = inverse.solve(r)
        assert_allclose(z, M @ r, atol=1e-9)
        size = np.abs(H @ M).max()
        assert_allclose(inverse.pull(z, r), H @ M @ r, atol=1e-8 * size)
        lower = np.zeros((6, 6))
        inverse.add_pull(lower, np.full(1, 2.0))
        assert_allclose(symmetric(lower), 2.0 * H @ M, atol=2e-8 * size)


def test_few_labels_beyond_a_cholesky_factor(rng):
    """Rounding leaves no factor of I + v A A' where features are of size 1e9 and rows nearly the same."""
    A = 1e9 * np.tile(rng.normal(size=6), (4, 1))
    A[3] *= 1.0 + 1e-15
    inverse = FewLabelsInverse.of(A, 1e6)
    along = A[0] / np.linalg.norm(A[0])
    across = np.linalg.qr(np.c_[along, rng.normal(size=6)])[0][:, 1]
    assert_allclose(inverse.solve(across), across, atol=1e-6)
    assert np.abs(inverse.solve(along)).max() < 1e-6


@pytest.mark.parametrize("variance", [0.0, 1e-12, 1.0, 1e6])
@pytest.mark.parametrize("n_rows", [3, 6])
@pytest.mark.parametrize("is_degenerate", [False, True])
def test_of_many_columns(n_rows, variance, is_degenerate, rng):
    """Inverses taken at once are those of each column, also where rounding leaves no Cholesky factor of one."""
    halves = rng.normal(size=(5, n_rows, 6)) * np.logspace(-1, 1, 6)
    if is_degenerate:
        halves[2] = 1e9 * np.tile(rng.normal(size=6), (n_rows, 1))
    of = lambda A: (A, None) if n_rows < 6 else (None, A.T @ A)
    hessians = [ColumnHessian(1.0, np.zeros(6), *of(A)) for A in halves]
    variances = variance * np.arange(1.0, 6.0)
    together = inverse_of(hessians, variances)
    R, weight = rng.normal(size=(6, 5)), rng.exponential(size=5)
    total, wanted = np.zeros((6, 6)), np.zeros((6, 6))
    Z = together.solve(R)
    pulled = together.pull(Z, R)
    for t, hessian in enumerate(hessians):
        alone = column_inverse(hessian, variances[t])
        z = alone.solve(R[:, t])
        alone.add_pull(wanted, weight[t : t + 1])
        if t == 2 and is_degenerate:
            continue  # each is as wrong as doubles make it
        assert_allclose(Z[:, t], z, atol=1e-8)
        size = np.abs(hessian.square @ R[:, t]).max()
        assert_allclose(pulled[:, t], alone.pull(z, R[:, t]), atol=1e-8 * size)
    together.add_pull(total, weight)
    total, wanted = symmetric(total), symmetric(wanted)
    assert_allclose(total, wanted, rtol=1e-5, atol=1e-7 * np.abs(wanted).max())
