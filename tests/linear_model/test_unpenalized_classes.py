"""Classes and counts without a penalty: maximum likelihood, and a warning where it has no finite maximum."""

import warnings

import numpy as np
import pytest
from scipy import optimize, special
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from skmtl import MultiTaskGLM, MultiTaskLogisticRegression, TaskTargets
from skmtl.penalties import MeanRegularized

ENDLESS = "task '{}' has no finite maximum likelihood.*separated.*use a finite C"


@pytest.fixture
def rng():
    """Return a generator."""
    return np.random.default_rng(0)


def table(rng, n_samples=300, n_features=4):
    """Return inputs and targets of each kind, with missing labels; classes overlap."""
    X = rng.normal(size=(n_samples, n_features)) + 2.0
    risk = (X - 2.0) @ rng.normal(size=(n_features, 3))
    noise = rng.gumbel(size=risk.shape)
    y = {
        "died": np.where(risk[:, 0] + noise[:, 0] > 0.5, "yes", "no").astype(object),
        "stage": np.array(["I", "II", "III"])[np.argmax(risk + noise, axis=1)].astype(object),
        "visits": rng.poisson(np.exp(0.3 * risk[:, 1])).astype(float),
    }
    y["died"][rng.random(n_samples) < 0.2] = None
    y["stage"][rng.random(n_samples) < 0.2] = None
    y["visits"][rng.random(n_samples) < 0.2] = np.nan
    return X, y


def likelihoods(y):
    """Return the known labels of a task, its log loss of raw predictions, and their number of columns."""
    if y.dtype == float:
        known = ~np.isnan(y)
        values = y[known]
        return known, lambda z: np.exp(z[:, 0]) - values * z[:, 0], 1
    known = np.array([value is not None for value in y])
    classes, codes = np.unique(y[known].astype(str), return_inverse=True)
    if len(classes) == 2:
        return known, lambda z: np.logaddexp(0.0, z[:, 0]) - codes * z[:, 0], 1
    return known, lambda z: special.logsumexp(z, axis=1) - z[np.arange(len(z)), codes], len(classes)


def most_likely(X, y, weight):
    """Return raw predictions of maximum likelihood by scipy.optimize."""
    known, losses, width = likelihoods(y)
    Z = np.c_[X - X.mean(axis=0), np.ones(len(X))]

    def value(v):
        return weight[known] @ losses((Z @ v.reshape(-1, width))[known])

    found = optimize.minimize(value, np.zeros(Z.shape[1] * width), tol=1e-14).x
    raw = Z @ found.reshape(-1, width)
    return raw - raw.mean(axis=1, keepdims=True) if width > 1 else raw[:, 0]


TYPES = {"died": "binary", "stage": "multiclass", "visits": "count"}


@pytest.mark.parametrize("weighted", [True, False])
def test_maximum_likelihood(rng, weighted):
    """Raw predictions are those of a general minimiser, for classes and counts with missing labels."""
    X, y = table(rng)
    weight = rng.exponential(size=len(X)) if weighted else np.ones(len(X))
    model = MultiTaskGLM(MeanRegularized(alpha=0), task_types=TYPES).fit(X, y, weight)
    raw = model.decision_function(X)
    raw["visits"] = np.log(model.predict(X)["visits"])
    for task, values in y.items():
        np.testing.assert_allclose(raw[task], most_likely(X, values, weight), atol=1e-4)
    assert model.dual_gap_ < 1e-12


def test_scikit_learn(rng):
    """LogisticRegression(C=np.inf) is the model, binary and multinomial, for one task or all."""
    X, y = table(rng)
    y = {task: y[task] for task in ("died", "stage")}
    model = MultiTaskLogisticRegression(C=np.inf).fit(X, y)
    for task, values in y.items():
        known = np.array([value is not None for value in values])
        rival = LogisticRegression(C=np.inf, solver="newton-cg", tol=1e-10, max_iter=1000)
        rival.fit(X[known], values[known].astype(str))
        np.testing.assert_allclose(model.task(task).coef_, rival.coef_, atol=1e-8)
        np.testing.assert_allclose(model.task(task).intercept_, rival.intercept_, atol=1e-8)
    mixed = MultiTaskLogisticRegression(C={"died": np.inf, "stage": 0.1}).fit(X, y)
    np.testing.assert_allclose(mixed.task("died").coef_, model.task("died").coef_, rtol=1e-9)
    assert np.abs(mixed.task("stage").coef_).max() < np.abs(model.task("stage").coef_).max()


def test_dependent_features(rng):
    """The shortest of the weights that are most likely."""
    X, y = table(rng)
    expected = MultiTaskLogisticRegression(C=np.inf).fit(X, {"stage": y["stage"]})
    twice = np.c_[X, X[:, 0], np.full(len(X), 3.0)]
    model = MultiTaskLogisticRegression(C=np.inf).fit(twice, {"stage": y["stage"]})
    np.testing.assert_allclose(model.coef_[:, 0], 0.5 * expected.coef_[:, 0], atol=1e-9)
    np.testing.assert_allclose(model.coef_[:, 0], model.coef_[:, 4], atol=1e-12)
    np.testing.assert_allclose(model.coef_[:, 1:4], expected.coef_[:, 1:], atol=1e-9)
    assert not model.coef_[:, 5].any()


def separated(rng):
    """Return pairs of inputs and targets whose classes are separated, altogether or in part, by task."""
    X, y = table(rng)
    flag = rng.random(len(X)) < 0.1
    partly, zeros = y["died"].copy(), y["visits"].copy()
    partly[flag], zeros[flag] = "yes", 0.0
    two, three = X[:, 0] > 2.0, (X[:, 1] > 1.5).astype(int) + (X[:, 1] > 3.0)
    return {
        "two classes": (X, np.where(two, "yes", "no")),
        "three classes": (X, np.array(["I", "II", "III"])[three]),
        "one of three": (X, np.where(two, "I", np.where(rng.random(len(X)) < 0.5, "II", "III"))),
        "a flag": (np.c_[X, flag], partly),
        "counts of zero": (np.c_[X, flag], zeros),
        "more features than rows": (rng.normal(size=(20, 40)), y["stage"][:20]),
    }


@pytest.mark.parametrize("case", separated(np.random.default_rng(0)))
@pytest.mark.parametrize("unit", [1.0, 1e-6])
def test_separated_classes(rng, case, unit):
    """One warning says of which task and what to do, and coefficients are finite."""
    X, values = separated(rng)[case]
    y = {"event": values, "age": X @ np.ones(X.shape[1]) + rng.normal(size=len(X))}
    types = {"event": "count"} if values.dtype == float else "auto"
    model = MultiTaskGLM(MeanRegularized(alpha=0), task_types=types)
    with pytest.warns(ConvergenceWarning, match=ENDLESS.format("event")) as caught:
        model.fit(X * unit, y)
    assert len(caught) == 1
    assert caught[0].filename == __file__
    assert np.isfinite(model.coef_).all()
    assert model.dual_gap_ < 1e-9
    assert model.n_iter_ < 60


def is_separated(X, y):
    """Whether a linear program has weights that order no label's classes wrongly, and some rightly."""
    Z, classes = np.c_[X, np.ones(len(X))], np.unique(y)
    margins = [
        np.kron((classes == label) * 1.0 - (classes == other), z)
        for z, label in zip(Z, y)
        for other in classes[classes != label]
    ]
    A = np.array(margins)
    best = optimize.linprog(-A.sum(axis=0), -A, np.zeros(len(A)), bounds=(-1.0, 1.0))
    return -best.fun > 1e-6


@pytest.mark.parametrize("seed", range(40))
def test_as_a_linear_program(seed):
    """Separation is warned of where there is one: few rows, few values, any weights and units."""
    rng = np.random.default_rng(seed)
    n_samples, n_features, n_classes = rng.integers([6, 1, 2], [60, 6, 4])
    X = rng.normal(size=(n_samples, n_features))
    X = np.round(X) if rng.random() < 0.5 else X
    risk = X @ rng.normal(size=(n_features, n_classes)) * rng.choice([0.0, 1.0, 4.0])
    y = np.argmax(risk + rng.gumbel(size=risk.shape), axis=1)
    y[:2] = [0, 1]
    weight = rng.exponential(size=n_samples) ** rng.choice([0, 1, 3])
    units = 10.0 ** rng.integers(-5, 5, size=n_features)
    model = MultiTaskLogisticRegression(C=np.inf)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(X * units, {"event": y.astype(str)}, sample_weight=weight)
    assert bool(caught) == is_separated(X, y)
    assert all("no finite maximum likelihood" in str(warning.message) for warning in caught)
    assert model.dual_gap_ < 1e-9


def test_nearly_separated(rng):
    """Classes that overlap by little have a maximum, and nothing is said."""
    near = np.r_[-np.linspace(1e-6, 3.0, 50), np.linspace(-2e-6, 3.0, 50)]
    y = {"event": np.repeat(["no", "yes"], 50)}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = MultiTaskLogisticRegression(C=np.inf).fit(near[:, None], y)
    assert model.dual_gap_ < 1e-10


def test_too_few_iterations(rng):
    """What has not converged is said as ever."""
    X, y = table(rng)
    model = MultiTaskLogisticRegression(C=np.inf, max_iter=2)
    with pytest.warns(ConvergenceWarning, match="task 'died' stopped after 2 iterations"):
        model.fit(X, {"died": y["died"]})


def test_class_missing_from_a_fold(rng):
    """A class that no label has is as unlikely as without a penalty on the others."""
    X, y = table(rng)
    some = y["stage"] != "III"
    some &= np.array([value is not None for value in y["stage"]])
    targets = TaskTargets({"stage": y["stage"]})[np.flatnonzero(some)]
    model = MultiTaskGLM(MeanRegularized(alpha=0)).fit(X[some], targets)
    rival = LogisticRegression(C=np.inf, solver="newton-cg", tol=1e-10, max_iter=1000)
    expected = rival.fit(X[some], y["stage"][some].astype(str)).predict_proba(X)
    found = model.predict_proba(X)["stage"]
    np.testing.assert_allclose(found[:, :2], expected, atol=1e-8)
    assert not found[:, 2].any()
