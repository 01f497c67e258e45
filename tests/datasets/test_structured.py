"""Tests of tasks simulated with a structure: the truth has it, and the data follow the truth."""

import numpy as np
import pytest
from scipy.special import expit, softmax
from sklearn.linear_model import LinearRegression

from skmtl import TaskTargets
from skmtl.datasets import make_structured

MIXED = {
    "los": "regression",
    "died": "binary",
    "stage": "multiclass",
    "visits": "count",
    "grade": "multiclass",
    "costs": "regression",
}
SIZES = {
    "rows": {"n_informative": 4},
    "low_rank": {"rank": 3},
    "clusters": {"n_clusters": 3, "relatedness": 0.8},
    "common": {"relatedness": 0.7},
    "dirty": {"n_informative": 4, "n_specific": 3},
    "drift": {"n_informative": 4, "relatedness": 0.95},
    "steps": {"n_informative": 4, "n_steps": 2},
}
each_structure = pytest.mark.parametrize("structure", SIZES)


def make(structure, **changed):
    """Data of one structure with the truth."""
    options = {"structure": structure, "random_state": 0, "return_truth": True, **SIZES[structure]}
    return make_structured(**{**options, **changed})


def rank(W):
    return np.linalg.matrix_rank(W, tol=1e-8 * np.abs(W).max())


@each_structure
def test_shapes(structure):
    """A multiclass task has a column a class, the others one; the parts sum to the weights."""
    X, y, truth = make(structure, n_samples=50, n_features=12, task_types=MIXED, n_classes=4)
    assert X.shape == (50, 12)
    assert isinstance(y, TaskTargets)
    assert y.task_types == MIXED
    assert [truth.columns[task].stop - truth.columns[task].start for task in y] == [
        1,
        1,
        4,
        1,
        4,
        1,
    ]
    assert truth.coef.shape == truth.shared_coef.shape == truth.specific_coef.shape == (12, 12)
    np.testing.assert_array_equal(truth.coef, truth.shared_coef + truth.specific_coef)
    np.testing.assert_allclose(truth.raw, X @ truth.coef.T + truth.intercept)
    for part in (truth.shared_coef, truth.specific_coef, truth.intercept):
        np.testing.assert_allclose(part[truth.columns["stage"]].sum(axis=0), 0, atol=1e-12)


@each_structure
def test_signal_and_noise(structure):
    """Signals have variance 1 over seeds, noise has what was asked."""
    signal, noise = [], []
    for seed in range(60):
        _, y, truth = make(structure, task_types=["regression"] * 5, noise=0.5, random_state=seed)
        signal.append((truth.raw - truth.intercept).var(axis=0))
        noise.append([(y[task] - truth.raw[:, t]).std() for t, task in enumerate(y)])
    assert np.mean(signal) == pytest.approx(1, abs=0.2)
    assert np.mean(noise) == pytest.approx(0.5, rel=0.02)


def test_rows():
    """Few features, those of all tasks, and not always the first ones."""
    _, _, truth = make("rows", task_types=MIXED)
    used = truth.coef.any(axis=0)
    assert used.sum() == 4
    assert not used[:4].all()
    assert truth.coef[:, used].all()
    assert not truth.specific_coef.any()


@pytest.mark.parametrize(
    "task_types, asked", [("regression", 1), ("regression", 10), (MIXED, 3), (MIXED, 8)]
)
def test_low_rank(task_types, asked):
    """The rank is what was asked; the classes of a multiclass task leave one less than their number."""
    _, _, truth = make("low_rank", rank=asked, task_types=task_types)
    assert rank(truth.coef) == asked


def test_clusters():
    """At relatedness 1 tasks of a group are the same and groups are not; sizes are alike."""
    _, _, truth = make("clusters", n_tasks=10, relatedness=1.0)
    groups = np.array(list(truth.clusters.values()))
    np.testing.assert_array_equal(np.sort(np.bincount(groups)), [3, 3, 4])
    same = (truth.coef[:, None] == truth.coef).all(axis=2)
    np.testing.assert_array_equal(same, groups[:, None] == groups)
    assert rank(truth.coef) == 3


@pytest.mark.parametrize("structure, inside", [("clusters", 0.8), ("common", 0.7)])
def test_correlation_inside_groups(structure, inside):
    """Weights of tasks of one group have the correlation asked, of two groups none."""
    _, _, truth = make(structure, n_features=20_000, n_tasks=6, n_samples=2)
    groups = np.array(list(truth.get("clusters", dict.fromkeys(range(6), 0)).values()))
    expected = np.where(groups[:, None] == groups, inside, 0.0)
    np.fill_diagonal(expected, 1.0)
    np.testing.assert_allclose(np.corrcoef(truth.coef), expected, atol=0.03)


def test_groups_join_tasks_that_can_be_compared():
    """Multiclass tasks of one group agree class by class, and have nothing of the others."""
    _, _, truth = make("clusters", n_clusters=1, relatedness=1.0, task_types=MIXED)
    of = {task: truth.coef[columns] for task, columns in truth.columns.items()}
    np.testing.assert_array_equal(of["stage"], of["grade"])
    np.testing.assert_array_equal(of["los"], of["costs"])
    assert not (of["stage"] == of["los"]).any()


def test_dirty():
    """All tasks use the common features; others are of the tasks that drew them."""
    _, _, truth = make("dirty", task_types=MIXED)
    common = truth.shared_coef.any(axis=0)
    assert common.sum() == 4
    assert truth.shared_coef[:, common].all()
    assert not truth.specific_coef[:, common].any()
    supports = [truth.specific_coef[columns] != 0 for columns in truth.columns.values()]
    for support in supports:
        np.testing.assert_array_equal(support, np.tile(support[0], (len(support), 1)))
        assert support[0].sum() == 3
    assert len({support[0].tobytes() for support in supports}) > 1


@each_structure
def test_outliers(structure):
    """The named tasks have weights of their own for all features, the others those that they had."""
    X, _, before = make(structure, task_types=MIXED)
    X_after, _, truth = make(structure, task_types=MIXED, n_outliers=3)
    assert before.outliers == []
    assert len(truth.outliers) == 3
    np.testing.assert_array_equal(X_after, X)
    for task, columns in truth.columns.items():
        if task in truth.outliers:
            assert not truth.shared_coef[columns].any()
            assert truth.specific_coef[columns].all()
        else:
            np.testing.assert_array_equal(truth.coef[columns], before.coef[columns])


def test_outliers_add_to_the_rank():
    """Each is a direction more."""
    _, _, truth = make("low_rank", n_tasks=10, rank=2, n_outliers=3)
    assert rank(truth.coef) == 5


@pytest.mark.parametrize("relatedness", [0.0, 0.5, 0.9, 1.0])
def test_drift(relatedness):
    """Neighbours have the correlation asked, others less with the square of the distance."""
    _, _, truth = make(
        "drift", n_features=20_000, n_informative=20_000, n_tasks=5, n_samples=2,
        relatedness=relatedness,
    )  # fmt: skip
    distance = np.abs(np.subtract.outer(range(5), range(5)))
    expected = relatedness ** (distance**2.0)
    np.testing.assert_allclose(np.corrcoef(truth.coef), expected, atol=0.03)


def test_drift_passes_by_tasks_of_another_kind():
    """The order is that of the tasks of one column, and of those with several."""
    _, _, truth = make("drift", relatedness=1.0, task_types=MIXED)
    of = {task: truth.coef[columns] for task, columns in truth.columns.items()}
    np.testing.assert_allclose(of["los"], of["costs"])
    np.testing.assert_allclose(of["stage"], of["grade"])


@pytest.mark.parametrize("n_steps", [0, 1, 3, 9])
def test_steps(n_steps):
    """Each feature jumps as often as asked, and features not all at the same places."""
    _, _, truth = make("steps", n_tasks=10, n_steps=n_steps, n_informative=6)
    used = truth.coef.any(axis=0)
    assert used.sum() == 6
    jumps = np.diff(truth.coef[:, used], axis=0) != 0
    np.testing.assert_array_equal(jumps.sum(axis=0), n_steps)
    if n_steps in (1, 3):
        assert len({column.tobytes() for column in jumps.T}) > 1


@each_structure
def test_random_signs(structure):
    """What is shared is multiplied by the signs that the truth names, and nothing else is touched."""
    X, _, same = make(structure, task_types=MIXED, random_state=2, n_outliers=1)
    X_flipped, _, flipped = make(
        structure, task_types=MIXED, random_state=2, n_outliers=1, signs="random"
    )
    assert set(same.signs.values()) == {1.0}
    assert -1.0 in flipped.signs.values()
    assert flipped.signs["stage"] == flipped.signs["grade"] == 1.0
    np.testing.assert_array_equal(X_flipped, X)
    np.testing.assert_array_equal(flipped.specific_coef, same.specific_coef)
    for task, columns in same.columns.items():
        expected = flipped.signs[task] * same.shared_coef[columns]
        np.testing.assert_array_equal(flipped.shared_coef[columns], expected)


@each_structure
def test_seed(structure):
    """One seed, one data set, whatever the noise and the missing labels; another seed, another one."""
    X, y, truth = make(structure, task_types=MIXED)
    X_again, y_again, again = make(structure, task_types=MIXED, noise=2.0, missing=0.3)
    np.testing.assert_array_equal(X_again, X)
    np.testing.assert_array_equal(again.coef, truth.coef)
    np.testing.assert_allclose(
        again.y_complete["los"] - again.raw[:, 0], 2 * (y["los"] - truth.raw[:, 0])
    )
    np.testing.assert_array_equal(again.y_complete["died"], y["died"])
    for task in y:
        known = y_again.observed(task)
        assert (~known).sum() == 60
        np.testing.assert_array_equal(y_again[task][known], again.y_complete[task][known])
    assert make(structure, task_types=MIXED)[1] == y
    assert not np.array_equal(make(structure, random_state=1)[2].coef, make(structure)[2].coef)


def test_targets_follow_the_truth():
    """Means of labels and counts agree with the probabilities and rates of the truth."""
    _, y, truth = make("rows", n_samples=40_000, task_types=MIXED)
    raw = {task: truth.raw[:, columns] for task, columns in truth.columns.items()}
    rate = np.exp(raw["visits"][:, 0])
    excess = {
        "died": y["died"] - expit(raw["died"][:, 0]),
        "stage": (y["stage"] == 1) - softmax(raw["stage"], axis=1)[:, 1],
        "visits": (y["visits"] - rate) / np.sqrt(rate),
    }
    for difference in excess.values():
        assert abs(difference.mean()) < 5 / np.sqrt(40_000)


def test_noiseless_regression_is_exact():
    """Least squares finds the weights of tasks without noise."""
    X, y, truth = make("clusters", n_tasks=3, noise=0)
    for position, task in enumerate(y):
        found = LinearRegression().fit(X, y[task])
        np.testing.assert_allclose(found.coef_, truth.coef[position])
        assert found.intercept_ == pytest.approx(truth.intercept[position])


@each_structure
def test_smallest(structure):
    """One sample, one feature, one task: sizes that are not given adapt."""
    X, y = make_structured(1, 1, 1, structure=structure, random_state=0)
    assert X.shape == y.shape == (1, 1)
