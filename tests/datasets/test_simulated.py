"""Tests of simulated tasks against the truth that they return."""

import numpy as np
import pytest
from scipy.special import expit, softmax
from sklearn.linear_model import LinearRegression

from skmtl import TaskTargets
from skmtl.datasets import make_multitask

MIXED = {"los": "regression", "died": "binary", "stage": "multiclass", "visits": "count"}


def make(**changed):
    """Mixed tasks with the truth."""
    return make_multitask(
        **{"task_types": MIXED, "random_state": 0, "return_truth": True, **changed}
    )


def correlation(a, b):
    """Correlation of weights whose mean is known to be zero."""
    return a @ b / np.sqrt((a @ a) * (b @ b))


def test_defaults():
    """Two hundred samples of five regression tasks, y0 to y4."""
    X, y = make_multitask(random_state=0)
    assert X.shape == (200, 20)
    assert isinstance(y, TaskTargets)
    assert y.task_types == dict.fromkeys(["y0", "y1", "y2", "y3", "y4"], "regression")
    assert all(y.observed(task).all() for task in y)


@pytest.mark.parametrize(
    "task_types, n_tasks, expected",
    [
        ("binary", 3, {"y0": "binary", "y1": "binary", "y2": "binary"}),
        (["count", "regression"], None, {"y0": "count", "y1": "regression"}),
        (("count",), 1, {"y0": "count"}),
        (MIXED, None, MIXED),
    ],
)
def test_task_types(task_types, n_tasks, expected):
    """One type for all, one for each, or by name."""
    _, y = make_multitask(n_tasks=n_tasks, task_types=task_types, random_state=0)
    assert y.task_types == expected


def test_targets_are_of_their_type():
    """Labels and counts are whole numbers in their range."""
    _, y, _ = make(n_samples=500, n_classes=4)
    assert y["los"].dtype == np.float64
    assert set(y["died"]) == {0, 1}
    assert set(y["stage"]) == {0, 1, 2, 3}
    assert y["visits"].dtype.kind == "i"
    assert y["visits"].min() >= 0


def test_shapes_of_the_truth():
    """A multiclass task has a column a class, the others one."""
    X, y, truth = make(n_classes=4, n_features=9)
    assert truth.columns == {
        "los": slice(0, 1),
        "died": slice(1, 2),
        "stage": slice(2, 6),
        "visits": slice(6, 7),
    }
    assert truth.coef.shape == truth.shared_coef.shape == truth.specific_coef.shape == (7, 9)
    assert truth.intercept.shape == (7,)
    assert truth.similarity.shape == (4, 4)
    np.testing.assert_allclose(truth.coef, truth.shared_coef + truth.specific_coef)
    np.testing.assert_allclose(truth.raw, X @ truth.coef.T + truth.intercept)


def test_classes_sum_to_zero():
    """Weights and intercepts of a multiclass task are the contrasts that a softmax can know."""
    _, _, truth = make()
    stage = truth.columns["stage"]
    for part in (truth.shared_coef, truth.specific_coef, truth.intercept):
        np.testing.assert_allclose(part[stage].sum(axis=0), 0, atol=1e-12)


@pytest.mark.parametrize("relatedness", [0.0, 0.3, 0.5, 0.8, 1.0])
@pytest.mark.parametrize("signs", ["same", "random"])
def test_weights_are_correlated_by_relatedness(relatedness, signs):
    """Any two one-column tasks: the truth's correlation, recovered from many weights."""
    kinds = ["regression", "binary", "count", "regression"]
    _, _, truth = make_multitask(
        2, 20_000, task_types=kinds, relatedness=relatedness, signs=signs, scales=[9, 1, 1, 0.1],
        random_state=3, return_truth=True,
    )  # fmt: skip
    found = np.array([[correlation(a, b) for b in truth.coef] for a in truth.coef])
    np.testing.assert_allclose(found, truth.similarity, atol=0.03)
    between = ~np.eye(4, dtype=bool)
    np.testing.assert_allclose(np.abs(truth.similarity[between]), relatedness)


def test_extremes_of_relatedness():
    """At 1 nothing is a task's own, at 0 nothing is shared."""
    _, _, one = make(relatedness=1)
    assert not one.specific_coef.any()
    np.testing.assert_allclose(one.coef[0], one.coef[1])
    _, _, none = make(relatedness=0)
    assert not none.shared_coef.any()


def test_random_signs_flip_the_shared_part_only():
    """The common part enters with the sign that the truth names."""
    _, _, same = make(random_state=1)
    _, _, flipped = make(random_state=1, signs="random")
    assert set(same.signs.values()) == {1.0}
    assert -1.0 in flipped.signs.values()
    assert flipped.signs["stage"] == 1.0
    np.testing.assert_array_equal(flipped.specific_coef, same.specific_coef)
    for task, columns in same.columns.items():
        expected = flipped.signs[task] * same.shared_coef[columns]
        np.testing.assert_array_equal(flipped.shared_coef[columns], expected)


def test_multiclass_tasks_share_class_by_class():
    """Two multiclass tasks have one shared part, and none with one-column tasks."""
    _, _, truth = make(task_types=["multiclass", "multiclass", "regression"], relatedness=0.6)
    first, second, _ = truth.columns.values()
    np.testing.assert_array_equal(truth.shared_coef[first], truth.shared_coef[second])
    np.testing.assert_allclose(truth.similarity, [[1, 0.6, 0], [0.6, 1, 0], [0, 0, 1]])


def test_signal_has_variance_one():
    """Whatever the number of informative features, before scaling."""
    X, _, truth = make(n_samples=4000, n_features=300, n_informative=200)
    variance = np.var(X @ truth.coef.T, axis=0)
    np.testing.assert_allclose(variance, 1, atol=0.4)


def test_informative_features():
    """Only they have weights, and they are not the first ones."""
    _, _, truth = make(n_features=30, n_informative=7)
    assert truth.informative.sum() == 7
    assert not truth.coef[:, ~truth.informative].any()
    assert truth.coef[:, truth.informative].all()
    assert not truth.informative[:7].all()


def test_scales_are_units():
    """A unit multiplies a regression target and its truth, and touches nothing else."""
    X, y, truth = make()
    X_scaled, y_scaled, scaled = make(scales={"los": 50.0})
    np.testing.assert_array_equal(X_scaled, X)
    np.testing.assert_allclose(y_scaled["los"], 50 * y["los"])
    np.testing.assert_allclose(scaled.coef[0], 50 * truth.coef[0])
    assert scaled.intercept[0] == pytest.approx(50 * truth.intercept[0])
    assert scaled.noise == {"los": 50.0, "died": 0.0, "stage": 0.0, "visits": 0.0}
    for task in ("died", "stage", "visits"):
        np.testing.assert_array_equal(y_scaled[task], y[task])


def test_noiseless_regression_is_exact():
    """Least squares finds the weights of tasks without noise."""
    X, y, truth = make(task_types="regression", n_tasks=3, noise=[0, 0.5, 0])
    for task, position in (("y0", 0), ("y2", 2)):
        found = LinearRegression().fit(X, y[task])
        np.testing.assert_allclose(found.coef_, truth.coef[position])
        assert found.intercept_ == pytest.approx(truth.intercept[position])
    residual = y["y1"] - truth.raw[:, 1]
    assert residual.std() == pytest.approx(0.5, rel=0.2)


def test_targets_follow_the_truth():
    """Means of labels and counts agree with the probabilities and rates of the truth."""
    _, y, truth = make(n_samples=40_000)
    raw = {task: truth.raw[:, columns] for task, columns in truth.columns.items()}
    rate = np.exp(raw["visits"][:, 0])
    excess = {
        "died": y["died"] - expit(raw["died"][:, 0]),
        "stage": (y["stage"] == 1) - softmax(raw["stage"], axis=1)[:, 1],
        "visits": (y["visits"] - rate) / np.sqrt(rate),
    }
    for difference in excess.values():
        assert abs(difference.mean()) < 5 / np.sqrt(40_000)


@pytest.mark.parametrize(
    "missing, expected",
    [
        (0.25, {"los": 50, "died": 50, "stage": 50, "visits": 50}),
        ({"stage": 0.4, "los": 0.99}, {"los": 198, "died": 0, "stage": 80, "visits": 0}),
        ([0, 0.1, 0.999, 0.5], {"los": 0, "died": 20, "stage": 199, "visits": 100}),
    ],
)
def test_missing_labels(missing, expected):
    """Each task lacks its fraction, never all; labels that are left are those drawn."""
    X, y, truth = make(missing=missing)
    X_complete, complete, _ = make()
    np.testing.assert_array_equal(X, X_complete)
    assert truth.y_complete == complete
    for task, n_missing in expected.items():
        observed = y.observed(task)
        assert (~observed).sum() == n_missing
        np.testing.assert_array_equal(y[task][observed], complete[task][observed])
    assert y.task_types == MIXED


def test_missing_is_independent_between_tasks():
    """The same rows do not lack all labels."""
    _, y, _ = make(missing=0.5)
    assert not np.array_equal(y.observed("los"), y.observed("died"))


def test_seed():
    """One seed, one data set; RandomState instances serve as well."""
    X, y, truth = make(missing=0.2)
    X_again, y_again, again = make(missing=0.2, random_state=np.random.RandomState(0))
    np.testing.assert_array_equal(X_again, X)
    assert y_again == y
    np.testing.assert_array_equal(again.coef, truth.coef)
    X_other, _, _ = make(random_state=1)
    assert not np.array_equal(X_other, X)


def test_relatedness_changes_neither_inputs_nor_draws():
    """Calls that differ in relatedness alone are comparable."""
    X, y, truth = make(relatedness=0.2)
    X_other, y_other, other = make(relatedness=0.9)
    np.testing.assert_array_equal(X_other, X)
    np.testing.assert_allclose(y_other["los"] - other.raw[:, 0], y["los"] - truth.raw[:, 0])
    np.testing.assert_array_equal(other.intercept, truth.intercept)


def test_one_sample_and_one_feature():
    """The smallest data."""
    X, y, truth = make(n_samples=1, n_features=1, missing=0.9)
    assert X.shape == (1, 1)
    assert all(y.observed(task).all() for task in y)
    assert np.isfinite(truth.raw).all()
