"""Learned signs: those of the leading eigenvector of the cosines of the separate fits, and none where nothing tells."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skmtl.penalties import Columns, MeanRegularized

SHARINGS = [0.25, 0.75, 1.0]


def columns(n_tasks):
    """Return the columns of so many tasks of one column each."""
    return Columns.alone(*(f"task {t}" for t in range(n_tasks)))


def bound(V, sharing=0.5, **settings):
    """Return the penalty bound to separate fits V."""
    penalty = MeanRegularized(1.0, sharing, **settings)
    return penalty.bind(columns(V.shape[1]), V)


def correlations(V, sharing=0.5):
    """Return the prior correlations of the tasks whose separate fits are V."""
    return bound(V, sharing).covariance


def draw(rng, n_tasks, n_features, correlation):
    """Return separate fits whose true vectors correlate by correlation times their signs, and the signs."""
    signs = rng.choice([-1.0, 1.0], n_tasks)
    common, own = rng.standard_normal((n_features, 1)), rng.standard_normal((n_features, n_tasks))
    return signs * (np.sqrt(correlation) * common + np.sqrt(1 - correlation) * own), signs


@pytest.mark.parametrize("sharing", SHARINGS)
@pytest.mark.parametrize("n_tasks", [2, 3, 7])
def test_odd_in_each_task_and_blind_to_order(rng, n_tasks, sharing):
    """Negated fits negate their correlations; tasks and features in another order change nothing else."""
    for _ in range(20):
        V, _ = draw(rng, n_tasks, 6, 0.3)
        K = correlations(V, sharing)
        turned = rng.choice([-1.0, 1.0], n_tasks)
        assert_allclose(correlations(V * turned, sharing), K * np.outer(turned, turned))
        tasks, features = rng.permutation(n_tasks), rng.permutation(6)
        shuffled = correlations(V[np.ix_(features, tasks)], sharing)
        assert_allclose(shuffled, K[np.ix_(tasks, tasks)])


@pytest.mark.parametrize("cosine", [0.01, 0.02, 0.5, 1.0])
@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_two_tasks_share_by_the_sign_of_their_cosine(cosine, sign):
    V = np.array([[1.0, sign * cosine], [0.0, np.sqrt(1 - cosine**2)]]) * [3.0, 0.2]
    assert_allclose(correlations(V), [[1.0, 0.5 * sign], [0.5 * sign, 1.0]])


BALANCED = {
    "orthogonal": [[1, 0], [0, 1]],
    "a zero fit": [[1, 0], [2, 0]],
    "all zero": [[0, 0], [0, 0]],
    "as much for as against": [[2, 1, 1], [0, np.sqrt(3), -np.sqrt(3)]],
}


@pytest.mark.parametrize("sharing", SHARINGS)
@pytest.mark.parametrize("name", BALANCED)
def test_no_sharing_where_evidence_is_balanced(name, sharing):
    """Any sign would break the law that a negated target changes nothing else; each task keeps its prior variance."""
    V = np.array(BALANCED[name], dtype=float)
    if name == "as much for as against":  # cosines 1/2, 1/2 and -1/2
        assert_allclose(np.linalg.norm(V, axis=0), 2.0)
    penalty = bound(V, sharing, pool_intercept=True)
    assert_allclose(penalty.covariance, np.eye(V.shape[1]))
    assert sum(len(pooled.columns) for pooled in penalty.pooled) <= 1


@pytest.mark.parametrize("sharing", SHARINGS)
def test_a_task_without_a_sign_leaves_the_others_theirs(rng, sharing):
    """The common vector is that of the tasks that have one."""
    V = np.zeros((5, 3))
    V[:4, [0, 2]] = draw(rng, 2, 4, 0.9)[0]
    V[4, 1] = 1.0
    q = np.sign(V[:, 0] @ V[:, 2])
    penalty, pair = bound(V, sharing), bound(V[:, [0, 2]], sharing)
    assert_allclose(penalty.covariance[1], [0.0, 1.0, 0.0])
    assert_allclose(penalty.covariance[np.ix_([0, 2], [0, 2])], pair.covariance)
    assert_allclose(penalty.covariance[0, 2], sharing * q)
    assert_array_equal(penalty.share(np.eye(3))[1], 0.0)
    assert_allclose(penalty.share(np.eye(3))[np.ix_([0, 2], [0, 2])], pair.share(np.eye(2)))
    own = penalty.specific
    assert_allclose(np.diag(own) + np.outer(penalty.common, penalty.common), penalty.covariance)


def test_classes_have_one_sign_a_task():
    """Of two tasks of the same classes the signs are by all classes together; one alone keeps its own."""
    labels = ("I", "II", "III")
    tied = replace(
        columns(6),
        tasks=("a",) * 3 + ("b",) * 3,
        families=(labels,) * 6,
        labels=labels * 2,
        all_tasks=("a", "b"),
    )
    rng = np.random.default_rng(0)
    V = rng.standard_normal((4, 3))
    for sign in (-1.0, 1.0):
        other = sign * V + 0.1 * rng.standard_normal((4, 3))
        K = MeanRegularized(1.0, 0.5).bind(tied, np.hstack([V, other])).covariance
        assert_allclose(K, np.kron([[1.0, 0.5 * sign], [0.5 * sign, 1.0]], np.eye(3)))


@pytest.mark.parametrize(
    "correlation, least, most", [(0.0, 0.45, 0.55), (0.5, 0.06, 0.13), (0.9, 0.0, 0.003)]
)
def test_error_rate(correlation, least, most):
    """Of two tasks whose vectors of 8 weights are known exactly: chance, one in eleven, none."""
    rng = np.random.default_rng(1)
    wrong = []
    for _ in range(1000):
        V, signs = draw(rng, 2, 8, correlation)
        wrong.append(correlations(V)[0, 1] * signs[0] * signs[1] < 0)
    assert least <= np.mean(wrong) <= most
