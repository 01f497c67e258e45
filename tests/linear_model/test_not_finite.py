"""A fit returns finite numbers or raises, and a gap that is no number is infinite."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold

from skmtl import (
    MultiTaskGLM,
    MultiTaskGLMCV,
    MultiTaskLogisticRegression,
    MultiTaskRidge,
    MultiTaskRidgeCV,
)
from skmtl.penalties import L21, Columns, Composite, MeanRegularized, NuclearNorm, Penalty, Term

RIDGES = [
    MultiTaskRidge(1.0, 0.0),
    MultiTaskRidge(1.0, 0.5, signs="same"),
    MultiTaskGLM(MeanRegularized(1.0), task_types="regression"),
    MultiTaskGLM(L21(1.0), task_types="regression"),
    MultiTaskGLM(NuclearNorm(1.0), task_types="regression"),
]
CHOSEN = [
    MultiTaskRidgeCV(),
    MultiTaskGLMCV(alphas=3, cv=2, random_state=0, task_types="regression"),  # the same folds twice
]
CLASSES = [MultiTaskLogisticRegression(), MultiTaskGLM(L21(1.0))]
by_model = pytest.mark.parametrize("model", RIDGES + CHOSEN, ids=str)


@pytest.fixture
def data(rng):
    """Return X, and two numbers of which the first has missing labels."""
    X = rng.normal(size=(60, 3))
    y = X @ [1.0, -1.0, 0.5] + rng.normal(size=60)
    return X, {"days": np.where(np.arange(60) % 5, y, np.nan), "cost": -y}


class LostTerm(Term):
    """The sum of absolute values, whose value is no number."""

    by_rows = True

    def value(self, V):
        return float("nan")

    def prox(self, V, step):
        return np.sign(V) * np.maximum(np.abs(V) - step, 0.0)

    def dual_norm(self, U):
        return float(np.abs(U).max(initial=0.0))

    def conjugate(self, U):
        return 0.0


class Lost(Penalty):
    """A penalty that certifies nothing."""

    _rules = {}

    def __init__(self, alpha=1.0):
        self.alpha = alpha

    def bind(self, columns, separate):
        return Composite(columns.u, (LostTerm(),))


@pytest.mark.parametrize("kind", ["regression", "binary", "count"])
@pytest.mark.parametrize("gaps", [False, True])
def test_penalty_without_a_value(kind, gaps, data):
    """Its gap is infinite, and the fit warns."""
    X, y = data
    tasks = dict.fromkeys(("days", "cost"), y["cost"] if not gaps else y["days"])
    if kind == "binary":
        tasks = {name: np.where(np.isnan(v), np.nan, v > 0) for name, v in tasks.items()}
    if kind == "count":
        tasks = {name: np.round(np.abs(v)) for name, v in tasks.items()}
    with pytest.warns(ConvergenceWarning, match="inf"):
        model = MultiTaskGLM(Lost(), task_types=kind, max_iter=20).fit(X, tasks)
    assert model.dual_gap_ == np.inf


@by_model
@pytest.mark.parametrize("size", [1e155, 1e200, 1e300])
def test_huge_targets(model, size, data):
    """Targets whose squares overflow are fitted as in their own scale."""
    X, y = data
    y = {name: column * size for name, column in y.items()}
    found = model.fit(X, y).predict(X)
    assert np.isfinite(model.coef_).all() and model.dual_gap_ <= 1e-9
    wanted = model.fit(X, {name: column / size for name, column in y.items()}).predict(X)
    for name in y:
        assert_allclose(found[name] / size, wanted[name], rtol=0, atol=1e-7)


@by_model
@pytest.mark.parametrize("size", [1e155, 1e200, 1e300])
def test_huge_inputs(model, size, data):
    """Inputs whose squares overflow are refused."""
    X, y = data
    with pytest.raises(ValueError, match="X must hold numbers below 1e.100"):
        model.fit(X * size, y)
    assert not hasattr(model, "coef_")


@pytest.mark.parametrize("model", RIDGES, ids=str)
def test_targets_beyond_single_precision(model, data):
    """Inputs in single precision, and coefficients that it does not hold: refused by the names of the tasks."""
    X, y = data
    y = {name: column * 1e45 for name, column in y.items()}
    with pytest.raises(ValueError, match=r"\['days', 'cost'\] are beyond what float32 holds"):
        model.fit(X.astype(np.float32), y)
    assert_allclose(
        MultiTaskRidge(1.0, 0.0).fit(X, y).predict(X)["cost"] / 1e45,
        Ridge(1.0).fit(X, y["cost"] / y["cost"].std()).predict(X) * y["cost"].std() / 1e45,
        rtol=1e-8,
    )


@pytest.mark.parametrize("size", [1e100, 1e200, 1e300])
@pytest.mark.parametrize("model", RIDGES + CLASSES, ids=str)
def test_huge_weights(model, size, data):
    """Weights whose losses cannot be summed are refused."""
    X, y = data
    if model in CLASSES:
        y = {name: np.where(np.isnan(v), np.nan, v > 0) for name, v in y.items()}
    weight = np.where(np.arange(60) % 2, size, 1.0)
    with pytest.raises(ValueError, match="weight"):
        model.fit(X, y, weight)


@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize("size", [1e-100, 1e-165, 1e-200, 1e-300])
def test_tiny_targets(size, gaps, data):
    """Targets whose squares underflow are no constants."""
    X, y = data
    names = ("days", "cost") if gaps else ("cost",)
    wanted = MultiTaskRidge(1.0, 0.0).fit(X, {name: y[name] for name in names})
    found = MultiTaskRidge(1.0, 0.0).fit(X, {name: y[name] * size for name in names})
    for name in names:
        assert_allclose(found.predict(X)[name] / size, wanted.predict(X)[name], rtol=1e-7)
    glm = MultiTaskGLM(L21(1.0), task_types="regression")
    wanted, found = (
        glm.fit(X, {name: y[name] * s for name in names}).predict(X)["cost"] / s
        for s in (1.0, size)
    )
    assert_allclose(found, wanted, rtol=1e-5)


@pytest.mark.parametrize("params", [{}, {"cv": KFold(3)}, {"alpha_per_task": True}], ids=str)
@pytest.mark.parametrize("size", [1e-200, 1e-165, 1e155, 1e200])
def test_scores_of_targets_of_any_size(size, params, data):
    """What is chosen, and the scores, are those of targets of size one; none counts as constant."""
    X, y = data
    model = MultiTaskRidgeCV(**params)
    wanted = model.fit(X, y).cv_results_["mean_test_score"]
    alphas = model.alpha_
    found = model.fit(X, {name: size * column for name, column in y.items()})
    assert_allclose(found.cv_results_["mean_test_score"], wanted, rtol=1e-9)
    assert found.alpha_ == alphas


@pytest.mark.parametrize("model", [*RIDGES, MultiTaskRidgeCV()], ids=str)
@pytest.mark.parametrize("size", [1e-200, 1e-155, 1e155, 1e200])
def test_targets_that_are_not_scaled(size, model, data):
    """Without scales, squares that vanish or overflow are refused by the name of the task; a constant has none."""
    X, y = data
    y["days"] = size * y["days"]
    unscaled = clone(model).set_params(scale_targets=False)
    with pytest.raises(ValueError, match="targets must be between .* of task 'days'"):
        unscaled.fit(X, y)
    constant = clone(RIDGES[0]).set_params(scale_targets=False).fit(X, np.full(len(X), 1e-200))
    assert not constant.coef_.any()


@pytest.mark.parametrize("size", [1e-160, 1e155])
def test_signs_of_weights_of_any_size(size, rng):
    """Cosines of separate fits neither vanish nor overflow, where squares of their weights would."""
    V = rng.normal(size=(5, 3))
    columns, penalty = Columns.alone("a", "b", "c"), MeanRegularized(1.0, 0.5)
    found, wanted = penalty.bind(columns, size * V), penalty.bind(columns, V)
    assert_allclose(found.covariance, wanted.covariance)
    assert wanted.common.any()
