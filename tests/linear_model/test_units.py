"""Units of the features decide nothing; tasks are solved beside others as well as alone; iterations are counted."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, PoissonRegressor, Ridge

from skmtl import MultiTaskGLM, MultiTaskGLMCV, MultiTaskLogisticRegression, MultiTaskRidge
from skmtl.linear_model import regularization_path
from skmtl.penalties import (
    L21,
    Dirty,
    GraphLaplacian,
    LearnedCovariance,
    MeanRegularized,
    NuclearNorm,
)

EXPONENTS = [-6, 0, 2, 4, 6, 8, 10]


def mixed(n=60, d=3, seed=0):
    """Return X, and a number, a class and a count."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d))
    z = X[:, :3] @ [1.0, -2.0, 0.5]
    return X, {
        "days": z + rng.normal(size=n),
        "died": np.where(z + rng.normal(size=n) > 0, "yes", "no"),
        "visits": rng.poisson(np.exp(0.3 * z)).astype(float),
    }


def glm(penalty, **params):
    """Return a model of the mixed tasks."""
    return MultiTaskGLM(penalty, task_types={"visits": "count"}, **params)


def fitted(model, X, y):
    """Return a fitted model, and how often it warned."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(X, y)
    return model, sum(issubclass(w.category, ConvergenceWarning) for w in caught)


@pytest.mark.parametrize("exponent", EXPONENTS)
@pytest.mark.parametrize("n, d", [(60, 3), (20, 30)])
@pytest.mark.parametrize("gaps", [False, True])
def test_default_strength(exponent, n, d, gaps):
    """X in other units at a fixed strength: a small gap, or a warning where it is above 1e-9."""
    X, y = mixed(n, d)
    if gaps:
        y["days"][::3] = np.nan
    model, n_warnings = fitted(glm(None), X * 10.0**exponent, y)
    assert n_warnings == (model.dual_gap_ > 1e-9)
    assert model.dual_gap_ <= 1e-9 or (n, d) == (20, 30)


@pytest.mark.parametrize("exponent", EXPONENTS)
def test_strengths_that_follow(exponent):
    """X times c and alpha times c^2, or c for a norm, are the same fit, smooth or not."""
    X, y = mixed()
    for penalty, power in (
        (lambda a: MeanRegularized(a), 2),
        (lambda a: L21(5.0 * a), 1),
        (lambda a: NuclearNorm(5.0 * a), 1),
        (lambda a: Dirty(5.0 * a, 4.0 * a), 1),
        (lambda a: LearnedCovariance(a), 2),
    ):
        c = 10.0**exponent
        wanted = glm(penalty(1.0)).fit(X, y)
        model, n_warnings = fitted(glm(penalty(c**power)), X * c, y)
        assert model.dual_gap_ <= 1e-9 and not n_warnings
        raw = model.decision_function(X * c)
        for name, column in wanted.decision_function(X).items():
            assert_allclose(raw[name], column, rtol=0, atol=1e-4 * column.std())


@pytest.mark.parametrize("alpha", [1e-3, 1.0])
@pytest.mark.parametrize("size", [1.0, 1e3, 1e6])
def test_beside_a_task_of_large_curvature(size, alpha):
    """A regression in its own units, of variance size^2, leaves the others as accurate as alone."""
    X, y = mixed()
    y["days"] = size * y["days"]
    model = glm(MeanRegularized(alpha, 0.0), scale_targets=False, task_weight={"days": size})
    joint = model.fit(X, y).decision_function(X)
    died = LogisticRegression(C=4.0 / alpha, solver="newton-cholesky", tol=1e-12, max_iter=1000)
    wanted = died.fit(X, y["died"]).decision_function(X)
    assert_allclose(joint["died"], wanted, rtol=0, atol=1e-5 * wanted.std())
    visits = PoissonRegressor(alpha=alpha / 60, solver="newton-cholesky", tol=1e-12, max_iter=1000)
    wanted = np.log(visits.fit(X, y["visits"]).predict(X))
    assert_allclose(joint["visits"], wanted, rtol=0, atol=1e-5 * wanted.std())
    wanted = Ridge(alpha / size).fit(X, y["days"]).predict(X)
    assert_allclose(joint["days"], wanted, rtol=0, atol=1e-8 * wanted.std())


def test_few_rows_of_large_features():
    """Six rows of features of 1e6, a number and a class that separate: a small gap, or a warning."""
    rng = np.random.default_rng(5)
    X = rng.normal(size=(6, 2)) * 1e6
    t = X[:, 0] / 1e6
    y = {"r": t + rng.normal(size=6), "b": (t > np.median(t)).astype(int)}
    model, n_warnings = fitted(MultiTaskGLM(MeanRegularized(1e-3, 0.0)), X, y)
    assert n_warnings == (model.dual_gap_ > 1e-9)


MODELS = {
    "direct": (MultiTaskRidge(), ("days",)),
    "smooth": (glm(MeanRegularized(1e-3, 0.5)), ("days", "died", "visits")),
    "logistic": (MultiTaskLogisticRegression(1e3), ("died",)),
    "Gram matrix": (MultiTaskGLM(L21(1.0)), ("days",)),
    "proximal Newton": (glm(L21(1.0)), ("days", "died", "visits")),
    "nuclear": (glm(NuclearNorm(0.1)), ("days", "died", "visits")),
    "two parts": (glm(Dirty(1.0, 0.5)), ("days", "died", "visits")),
}


@pytest.mark.parametrize("max_iter", [1, 2, 3, 5, 50])
@pytest.mark.parametrize("n, d", [(60, 4), (15, 90)])
@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize("name", MODELS)
def test_no_more_iterations_than_allowed(name, gaps, n, d, max_iter):
    """n_iter_ is at most max_iter, and a fit that stops there warns unless its gap is small."""
    model, names = MODELS[name]
    X, y = mixed(n, d)
    if gaps:
        y["days"][::3] = np.nan
    X[:, -1] = X[:, 0] + X[:, 1]
    y = {task: y[task] for task in names}
    model, n_warnings = fitted(model.set_params(max_iter=max_iter, tol=1e-14), X, y)
    assert 1 <= model.n_iter_ <= max_iter
    assert n_warnings == (model.dual_gap_ > 1e-9)


@pytest.mark.parametrize("value", [7.1, 0.0, 1e9])
def test_strengths_of_constant_features(value):
    """They are no rounding noise, and take no time: there is nothing to learn by."""
    X, y = np.full((80, 5), value), mixed(80)[1]
    y = {name: y[name] for name in ("days", "visits")}
    types = {"visits": "count"}
    model = MultiTaskGLMCV(L21(), cv=3, random_state=0, task_types=types).fit(X, y)
    assert model.n_iter_ <= 2 and not model.coef_.any()
    assert np.all(model.alphas_ >= 1e-10)
    path = regularization_path(X, y, L21(), task_types=types)
    assert not path.coef.any()


@pytest.mark.parametrize("unit", [1e-6, 1e6])
def test_a_task_that_does_not_vary_has_the_unit_of_the_others(unit, rng):
    """What it borrows does not hang on the unit in which all tasks were measured."""
    X = rng.normal(size=(40, 4))
    Y = X @ rng.normal(size=(4, 3)) + rng.normal(size=(40, 3))
    Y[1:, 0] = np.nan  # one label
    Y[:, 1] = 3.0
    model = MultiTaskRidge(sharing=0.5, signs="same")
    wanted = model.fit(X, Y).predict(X)
    assert np.ptp(wanted[:, 0]) > 0.1
    assert_allclose(model.fit(X, unit * Y).predict(X), unit * wanted, rtol=1e-9)


@pytest.mark.parametrize("unit", [1e-6, 1e6])
def test_the_only_number_that_does_not_vary_has_the_size_of_its_labels(unit, rng):
    """What it borrows from classes does not hang on the unit either."""
    X = rng.normal(size=(40, 4))
    days = np.where(np.arange(40) < 1, 5.0, np.nan)
    died = (X[:, 0] > 0.0).astype(float)
    penalty = GraphLaplacian(np.array([[0.0, 1.0], [1.0, 0.0]]), l2=1.0)
    model = MultiTaskGLM(penalty, task_types={"days": "regression"})
    wanted = model.fit(X, {"days": days, "died": died}).predict(X)["days"]
    assert np.ptp(wanted) > 0.1
    scaled = model.fit(X, {"days": unit * days, "died": died}).predict(X)["days"]
    assert_allclose(scaled, unit * wanted, rtol=1e-9)
