"""Where they coincide, the models are scikit-learn's, to 1e-6."""

import numpy as np
import pytest
from references import logistic, poisson, ridge, separate
from sklearn.linear_model import LogisticRegression
from zoo import assert_same_numbers, known, numbers, patients

from skmtl import MultiTaskGLM, MultiTaskLogisticRegression, MultiTaskRidge
from skmtl.penalties import MeanRegularized

NUMBERS = ("days", "cost", "lab")
LABELS = ("died", "stage", "grade", "cured")
SHAPES = pytest.mark.parametrize("n, d", [(70, 5), (40, 60)])
WEIGHTS = pytest.mark.parametrize("weighting", [None, "samples", "pairs"])
TASK_WEIGHTS = pytest.mark.parametrize("task_weight", [None, "balanced", "dict"])


def make(names, n, d, weighting, rng):
    """Return X, targets and weights."""
    X, y = patients(5, n, d)
    shape = {"samples": n, "pairs": (n, len(names))}.get(weighting)
    return (
        X,
        {name: y[name] for name in names},
        None if shape is None else rng.uniform(0.2, 3, shape),
    )


def factors_of(task_weight, y, weight):
    """Return the task_weight to ask for, and c_t as the documentation defines it."""
    if task_weight is None:
        return None, dict.fromkeys(y, 1.0)
    if task_weight == "dict":
        given = {name: 0.3 + t for t, name in enumerate(y)}
        return given, given
    s = np.ones((len(next(iter(y.values()))), len(y))) if weight is None else weight
    s = np.broadcast_to(s.reshape(len(s), -1), (len(s), len(y)))
    totals = {name: s[known(column), t].sum() for t, (name, column) in enumerate(y.items())}
    mean = sum(totals.values()) / len(totals)
    return "balanced", {name: mean / total for name, total in totals.items()}


@SHAPES
@WEIGHTS
@TASK_WEIGHTS
def test_ridge(n, d, weighting, task_weight, rng):
    """MultiTaskRidge(alpha, sharing=0) = Ridge(alpha / c_t), whatever the scales."""
    X, y, weight = make(NUMBERS, n, d, weighting, rng)
    asked, c = factors_of(task_weight, y, weight)
    model = MultiTaskRidge(3.0, 0.0, task_weight=asked).fit(X, y, weight)
    wanted = separate(lambda name: ridge(3.0 / c[name]), X, y, weight)
    assert_same_numbers(numbers(model), wanted)


@SHAPES
def test_ridge_without_intercept(n, d, rng):
    """y is not centred, so a task far from zero is a large part of the objective."""
    X, y, _ = make(NUMBERS, n, d, None, rng)
    wanted = separate(lambda name: ridge(3.0, fit_intercept=False), X, y)
    assert_same_numbers(numbers(MultiTaskRidge(3.0, 0.0, fit_intercept=False).fit(X, y)), wanted)


@SHAPES
def test_ridge_without_scales(n, d, rng):
    """Tasks in units of 1e4, 1 and 1e-2 are each as exact as alone."""
    X, y, _ = make(NUMBERS, n, d, None, rng)
    wanted = separate(lambda name: ridge(3.0), X, y)
    assert_same_numbers(numbers(MultiTaskRidge(3.0, 0.0, scale_targets=False).fit(X, y)), wanted)


@SHAPES
@WEIGHTS
@TASK_WEIGHTS
def test_logistic(n, d, weighting, task_weight, rng):
    """MultiTaskLogisticRegression(C, sharing=0) = LogisticRegression(C c_t)."""
    X, y, weight = make(LABELS, n, d, weighting, rng)
    asked, c = factors_of(task_weight, y, weight)
    model = MultiTaskLogisticRegression(0.7, 0.0, task_weight=asked).fit(X, y, weight)
    wanted = separate(lambda name: logistic(0.7 * c[name]), X, y, weight)
    assert_same_numbers(numbers(model), wanted)


@pytest.mark.parametrize(
    "class_weight",
    [
        "balanced",
        {"died": {"yes": 3.0}, "stage": {"I": 2.0, "III": 0.5}},
        {"died": "balanced", "grade": None, "stage": {"I": 2.0}},
    ],
    ids=str,
)
def test_class_weights(class_weight, rng):
    """Class weights mean what they mean in scikit-learn."""
    X, y, _ = make(LABELS, 70, 5, None, rng)

    def one(name):
        given = class_weight if isinstance(class_weight, str) else class_weight.get(name)
        return logistic(0.7, class_weight=given)

    wanted = separate(one, X, y)
    model = MultiTaskLogisticRegression(0.7, 0.0, class_weight=class_weight).fit(X, y)
    assert_same_numbers(numbers(model), wanted)
    glm = MultiTaskGLM(MeanRegularized(4 / 0.7, 0.0), class_weight=class_weight).fit(X, y)
    assert_same_numbers(numbers(glm), wanted)


def test_balanced_classes_use_the_weights(rng):
    """Class counts are counts of weights: balanced = n / (k count), all of them weighted."""
    X, y, weight = make(("died", "stage"), 70, 5, "pairs", rng)
    by_hand = weight.copy()
    for t, column in enumerate(y.values()):
        seen = known(column)
        labels = sorted(set(column[seen]))
        for label in labels:
            of_class = column == label
            share = weight[of_class, t].sum() / weight[seen, t].sum()
            by_hand[of_class, t] /= len(labels) * share
    model = MultiTaskLogisticRegression(0.7, 0.0, class_weight="balanced").fit(X, y, weight)
    assert_same_numbers(numbers(model), separate(lambda name: logistic(0.7), X, y, by_hand))


def test_class_weight_of_a_single_task(rng):
    """With one task scikit-learn's own {class: weight} will do."""
    X, y, _ = make(("died",), 70, 5, None, rng)
    seen = known(y["died"])
    X, died = X[seen], y["died"][seen].astype(str)
    model = MultiTaskLogisticRegression(0.7, class_weight={"yes": 5.0}).fit(X, died)
    wanted = separate(lambda name: logistic(0.7, class_weight={"yes": 5.0}), X, {"died": died})
    assert_same_numbers(numbers(model), wanted)


@WEIGHTS
def test_poisson(weighting, rng):
    """One count task with MeanRegularized(alpha n) = PoissonRegressor(alpha)."""
    X, y, weight = make(("visits",), 70, 5, weighting, rng)
    seen = known(y["visits"])
    total = seen.sum() if weight is None else weight.reshape(len(X), -1)[seen, 0].sum()
    model = MultiTaskGLM(MeanRegularized(0.3 * total, 0.0), task_types="count").fit(X, y, weight)
    wanted = separate(lambda name: poisson(0.3), X, y, weight)
    assert_same_numbers(numbers(model), wanted)


def test_balance_of_losses():
    """In the GLM classes take a quarter of the strength of numbers and counts."""
    X, y = patients(5)
    y = {name: y[name] for name in ("days", "died", "stage", "visits")}
    model = MultiTaskGLM(MeanRegularized(2.0, 0.0), task_types={"visits": "count"}).fit(X, y)
    n = known(y["visits"]).sum()
    theirs = {
        "days": ridge(2.0),
        "died": logistic(2.0),
        "stage": logistic(2.0),
        "visits": poisson(2.0 / n),
    }
    assert_same_numbers(numbers(model), separate(lambda name: theirs[name], X, y))


def test_strengths_by_task():
    """alpha={task: number} is one strength a task."""
    X, y = patients(5)
    y = {name: y[name] for name in NUMBERS}
    alpha = {"lab": 0.1, "cost": 30.0, "days": 2.0}
    model = MultiTaskRidge(alpha, 0.0).fit(X, y)
    assert_same_numbers(numbers(model), separate(lambda name: ridge(alpha[name]), X, y))
    X, y = patients(5)
    y = {name: y[name] for name in LABELS}
    C = dict(zip(LABELS, (0.1, 1.0, 10.0, 2.0)))
    model = MultiTaskLogisticRegression(C, 0.0).fit(X, y)
    assert_same_numbers(numbers(model), separate(lambda name: logistic(C[name]), X, y))


def test_one_task_shares_with_none():
    """With one task, sharing is nothing."""
    X, y = patients(5, missing=0.0)
    died = y["died"].astype(str)
    wanted = separate(lambda name: logistic(0.7), X, {"y": died})
    for sharing in (0.0, 0.3, 1.0):
        assert_same_numbers(numbers(MultiTaskLogisticRegression(0.7, sharing).fit(X, died)), wanted)


def test_probabilities():
    """The probabilities and predictions are scikit-learn's as well."""
    X, y = patients(5, missing=0.0)
    stage = y["stage"].astype(str)
    ours = MultiTaskLogisticRegression(0.7, 0.0).fit(X, {"stage": stage})
    theirs = LogisticRegression(C=0.7, tol=1e-10, solver="newton-cholesky").fit(X, stage)
    np.testing.assert_allclose(ours.predict_proba(X)["stage"], theirs.predict_proba(X), atol=1e-7)
    np.testing.assert_array_equal(ours.predict(X)["stage"], theirs.predict(X))
    np.testing.assert_array_equal(ours.classes_["stage"], theirs.classes_)
