"""A path is the fits it stands for, and begins where the penalty leaves nothing, or next to nothing."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from scipy.special import xlogy
from zoo import LABELS, MIXED, NUMBERS, assert_same_numbers, numbers, patients

from skmtl import MultiTaskGLM
from skmtl.linear_model import regularization_path
from skmtl.linear_model.problems import _certificate
from skmtl.penalties import (
    L21,
    Clustered,
    Dirty,
    GraphLaplacian,
    L1Inf,
    LearnedCovariance,
    MeanRegularized,
    NuclearNorm,
    RobustFeatures,
    RobustLowRank,
    SparseGroup,
    Temporal,
)

NORMS = [
    L21(2.0),
    L21(2.0, l2_ratio=0.3),
    SparseGroup(2.0, l1_ratio=0.4),
    L1Inf(),
    NuclearNorm(3.0),
    Dirty(),
    Dirty(2.0, 1.5, norm="l21"),
    RobustLowRank(),
    RobustFeatures(),
    Temporal(smooth=True),
    MeanRegularized(0.5, 0.5, l1=1.0, l21=2.0),
]
SQUARES = [
    MeanRegularized(2.0, 0.5),
    MeanRegularized(2.0, 1.0),
    GraphLaplacian(1.0 - np.eye(3)),
    LearnedCovariance(2.0),
    Clustered(2.0, 2),
]
SIZES = {"tall": (70, 5), "wide": (30, 45)}
by_size = pytest.mark.parametrize("n, d", SIZES.values(), ids=SIZES)
by_tasks = pytest.mark.parametrize(
    "tasks", [NUMBERS, LABELS, MIXED], ids=["numbers", "labels", "mixed"]
)
by_norm = pytest.mark.parametrize("penalty", NORMS, ids=str)


def data(tasks, n=70, d=5, **settings):
    """Return X and the targets of some tasks."""
    X, y = patients(6, n, d, **settings)
    return X, {name: y[name] for name in tasks}


def types(tasks):
    """Return the declared types."""
    return {"visits": "count"} if "visits" in tasks else "auto"


def fits(penalty, tasks):
    """Whether a penalty knows what to do with the tasks."""
    return not isinstance(penalty, GraphLaplacian) or len(tasks) == 3


@pytest.mark.parametrize(
    "tasks, n, d",
    [(NUMBERS, 70, 5), (LABELS, 70, 5), (MIXED, 70, 5), (NUMBERS, 30, 45), (MIXED, 30, 45)],
    ids=["numbers-tall", "labels-tall", "mixed-tall", "numbers-wide", "mixed-wide"],
)
@pytest.mark.parametrize("penalty", [*NORMS, *SQUARES], ids=str)
def test_points(penalty, tasks, n, d):
    """Every point is a fit of its own, from the top down."""
    if not fits(penalty, tasks):
        pytest.skip("the graph is of three tasks")
    X, y = data(tasks, n, d)
    path = regularization_path(X, y, penalty, alphas=3, eps=0.1, task_types=types(tasks))
    assert path.tasks == tasks and path.coef.shape[0] == len(path.alphas) == 3
    depth = 0.1**1.5 if penalty in SQUARES else 0.1
    assert_allclose(path.alphas, path.alphas[0] * np.geomspace(1, depth, 3))
    assert (path.n_iter >= 0).all() and (path.dual_gap < 1e-9).all()
    for k, alpha in enumerate(path.alphas):
        model = MultiTaskGLM(penalty.scaled(alpha), task_types=types(tasks)).fit(X, y)
        assert str(path.penalties[k]) == str(model.penalty)
        assert path.task_columns == model.task_columns_
        found = np.column_stack([path.coef[k], path.intercept[k]])
        assert_same_numbers(found, numbers(model))


@pytest.mark.parametrize("penalty", [Dirty(), RobustLowRank(), RobustFeatures()], ids=str)
def test_components(penalty):
    """Parts of a penalty on a sum come along, and add up."""
    path = regularization_path(*data(NUMBERS), penalty, alphas=4, eps=0.05)
    assert set(path.components) == {"shared", "specific"}
    assert_allclose(sum(path.components.values()), path.coef, atol=1e-9 * np.abs(path.coef).max())
    assert regularization_path(*data(NUMBERS), L21(), alphas=2).components == {}


@pytest.mark.parametrize("weighting", ["samples", "pairs"])
@pytest.mark.parametrize("make", [np.asarray, sparse.csr_array])
@pytest.mark.parametrize("penalty", [NORMS[0], SQUARES[0]], ids=str)
def test_settings(weighting, make, penalty, rng):
    """What is set of the model is set of the path."""
    X, y = data(MIXED)
    y["cost"] /= 1e4
    settings = {
        "fit_intercept": False,
        "scale_targets": False,
        "class_weight": "balanced",
        "task_weight": "balanced",
        "task_types": types(MIXED),
    }
    weight = rng.uniform(0.2, 3, len(X) if weighting == "samples" else (len(X), len(y)))
    alphas = [0.5, 20.0, 3.0]
    path = regularization_path(make(X), y, penalty, alphas=alphas, sample_weight=weight, **settings)
    assert_array_equal(path.alphas, [20.0, 3.0, 0.5])
    for k, alpha in enumerate(path.alphas):
        model = MultiTaskGLM(penalty.scaled(alpha), **settings).fit(make(X), y, weight)
        found = np.column_stack([path.coef[k], path.intercept[k]])
        assert_same_numbers(found, numbers(model))


@by_tasks
@by_size
@by_norm
def test_top_of_a_norm(penalty, tasks, n, d):
    """All coefficients are zero at the top, and some just below it."""
    X, y = data(tasks, n, d)
    path = regularization_path(X, y, penalty, alphas=2, eps=0.99, task_types=types(tasks))
    assert not path.coef[0].any()
    assert path.coef[1].any()


@by_tasks
@by_size
@pytest.mark.parametrize("penalty", SQUARES, ids=str)
def test_top_of_a_square(penalty, tasks, n, d):
    """At the top at most 1 % of the loss is explained, and not much less."""
    if not fits(penalty, tasks):
        pytest.skip("the graph is of three tasks")
    X, y = data(tasks, n, d, missing=0.0)
    top = regularization_path(X, y, penalty, alphas=1, task_types=types(tasks))
    model = MultiTaskGLM(top.penalties[0], task_types=types(tasks)).fit(X, y)
    none = MultiTaskGLM(penalty.scaled(1e9 * top.alphas[0]), task_types=types(tasks)).fit(X, y)
    explained = 1.0 - loss(model, X, y) / loss(none, X, y)
    assert 0.002 < explained <= 0.01 + 1e-9


def loss(model, X, y):
    """Return the loss of a fitted model above that of perfect predictions."""
    total, decision = 0.0, model.decision_function(X)
    for name, kind in model.task_types_.items():
        if kind == "regression":
            total += np.sum((y[name] - decision[name]) ** 2) / (2 * np.var(y[name]))
        elif kind == "count":
            z = decision[name]
            total += np.sum(np.exp(z) - y[name] * z + xlogy(y[name], y[name]) - y[name])
        else:
            codes = np.searchsorted(model.classes_[name], y[name].astype(str))
            total -= np.log(model.predict_proba(X)[name][np.arange(len(X)), codes]).sum()
    return total


def test_nothing_to_learn():
    """Where the gradient at zero is zero, so is every point."""
    X = np.array([[1.0], [-1.0], [1.0], [-1.0]])
    path = regularization_path(
        X, {"a": [0.3, 0.3, 0.8, 0.8]}, L21(), alphas=3, task_types="regression"
    )
    assert (path.alphas > 0).all() and not path.coef.any()


@pytest.mark.parametrize(
    "wrong",
    [{"alphas": [0.0]}, {"alphas": 0}, {"alphas": []}, {"eps": 0.0}, {"penalty": L21(-1.0)}],
    ids=str,
)
def test_rules(wrong):
    """Multiples and the penalty are checked."""
    X, y = data(NUMBERS)
    with pytest.raises(ValueError, match=r"alphas? of|eps of"):
        regularization_path(X, y, **wrong)


def test_many_strengths_have_one_gram_matrix(monkeypatch):
    """The last of them is looked at on the data themselves, and all are the fits to their own strengths."""
    looks, evaluate = [], _certificate.evaluate

    def counted(*args):
        looks.append(args)
        return evaluate(*args)

    monkeypatch.setattr(_certificate, "evaluate", counted)
    X, y = data(NUMBERS, 90, 70, missing=0.0)
    path = regularization_path(X, y, L21(), alphas=8, eps=0.05)
    assert len(looks) == 1 and path.dual_gap.max() <= 1e-12
    for k, penalty in enumerate(path.penalties):
        model = MultiTaskGLM(penalty).fit(X, y)
        assert_allclose(path.coef[k], model.coef_, rtol=1e-6, atol=1e-7 * np.abs(path.coef).max())
        assert_allclose(path.intercept[k], model.intercept_, rtol=1e-6)
