"""The inverse of the Hessians of classes, on steps that sum to zero over the classes and on those that all make."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from prepared import problem_of

from skmtl import MultiTaskLogisticRegression
from skmtl.linear_model.problems._classes_inverse import ClassesInverse
from skmtl.linear_model.problems._column_hessians import hessians_of
from skmtl.linear_model.problems._design import Design
from skmtl.linear_model.problems._row_block import RowBlock

N, D, K, ROOT = 60, 3, 4, 0.7


@pytest.fixture
def hessians(rng):
    """The Hessians of classes whose probabilities are known, X and the curvatures."""
    X = rng.normal(size=(N, D))
    X -= X.mean(axis=0)
    p = rng.dirichlet(np.ones(K), size=N)
    h = p * (1.0 - p)
    block = RowBlock(Design.centred(X, np.ones(N), 1e-16), None, slice(None))
    return X, h, hessians_of(block, h, True)


def test_is_the_inverse_on_steps_that_sum_to_zero(hessians, rng):
    """In the weights and intercepts of each class: the step solves the equations up to what all classes share."""
    X, h, known = hessians
    inverse = ClassesInverse.of(known, ROOT)
    U, in_b = rng.normal(size=(D, K)), rng.normal(size=K)
    U -= U.mean(axis=1, keepdims=True)
    in_b -= in_b.mean()
    Z, b = inverse(U, in_b)
    assert_allclose(Z.sum(axis=1), 0.0, atol=1e-12)
    assert_allclose(b.sum(), 0.0, atol=1e-12)
    A = np.column_stack([ROOT * X, np.ones(N)])
    left = []
    for k in range(K):
        H = (A * h[:, k, None]).T @ A + np.diag([1.0] * D + [0.0])
        left.append(H @ np.append(Z[:, k], b[k]) - np.append(U[:, k], in_b[k]))
    assert_allclose(left, np.broadcast_to(left[0], (K, D + 1)), atol=1e-10)


def test_leaves_what_all_classes_share(hessians):
    """There the loss is flat."""
    inverse = ClassesInverse.of(hessians[2], ROOT)
    U = np.tile(np.arange(1.0, D + 1.0)[:, None], K)
    Z, b = inverse(U, np.zeros(K))
    assert_allclose(Z, U)
    assert_allclose(b, 0.0, atol=1e-14)


def test_is_positive_and_self_adjoint(hessians):
    """As what preconditions must be, but for the intercepts of all classes together, which change nothing."""
    inverse = ClassesInverse.of(hessians[2], ROOT)
    n = (D + 1) * K
    columns = []
    for unit in np.eye(n):
        Z, b = inverse(unit[: D * K].reshape(D, K), unit[D * K :])
        columns.append(np.append(Z.ravel(), b))
    matrix = np.array(columns)
    assert_allclose(matrix, matrix.T, atol=1e-12)
    values = np.linalg.eigvalsh(matrix)
    assert_allclose(values[0], 0.0, atol=1e-12)
    assert values[1] > 1e-3


@pytest.mark.parametrize("missing", [False, True])
def test_few_iterations(missing, rng):
    """With many classes, and beside tasks of other kinds: iterations are few where the mean curvature needs many."""
    X = rng.normal(size=(800, 10))
    stage = (X @ rng.normal(size=(10, 20)) + 2.0 * rng.normal(size=(800, 20))).argmax(axis=1)
    y = {"stage": stage.astype(float), "dead": (X[:, 0] > rng.normal(size=800)).astype(float)}
    if missing:
        y["stage"][rng.random(800) < 0.3] = np.nan
    model = MultiTaskLogisticRegression().fit(X, y)
    assert model.n_iter_ <= 30
    assert model.dual_gap_ < 1e-12


def test_classes_that_share_have_none():
    """Their Hessians hang together."""
    X, y = np.random.default_rng(0).normal(size=(40, 2)), np.arange(40) % 3
    shared = {"a": y, "b": y[::-1].copy()}
    assert problem_of(MultiTaskLogisticRegression(sharing=0.0), X, shared).close_at
    assert not problem_of(
        MultiTaskLogisticRegression(sharing=0.5, signs="same"), X, shared
    ).close_at
