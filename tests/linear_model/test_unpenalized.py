"""Without a penalty each task is fitted alone, by least squares of minimum norm: those of scipy.linalg.lstsq."""

import numpy as np
import pytest
from scipy import linalg, sparse
from sklearn.base import clone
from sklearn.linear_model import LinearRegression

from skmtl import (
    MultiTaskGLM,
    MultiTaskGLMCV,
    MultiTaskRidge,
    MultiTaskRidgeCV,
    TaskPerGroupRegressor,
)
from skmtl.linear_model import regularization_path, ridge_path
from skmtl.penalties import L21, MeanRegularized, NuclearNorm

SHAPES = {"long": (60, 8), "wide": (25, 40), "square": (20, 20)}


@pytest.fixture
def rng():
    """Return a generator."""
    return np.random.default_rng(0)


def table(rng, n_samples, n_features, n_tasks=3, missing=0.3):
    """Return features off zero and targets of several units, with missing labels."""
    X = rng.normal(size=(n_samples, n_features)) + 3.0 * rng.normal(size=n_features)
    raw = X @ rng.normal(size=(n_features, n_tasks)) + rng.normal(size=(n_samples, n_tasks)) + 50.0
    Y = raw * 10.0 ** np.arange(n_tasks)
    Y[rng.random(Y.shape) < missing] = np.nan
    return X, {f"y{k}": Y[:, k] for k in range(n_tasks)}


def least_squares(X, y, weight=None, fit_intercept=True):
    """Return coefficients and the intercept of one task by lstsq, about the weighted centre."""
    known = ~np.isnan(y)
    s = np.ones(len(y)) if weight is None else weight
    X, y, s = X[known], y[known], s[known]
    x_mean, y_mean = np.zeros(X.shape[1]), 0.0
    if fit_intercept:
        x_mean, y_mean = np.average(X, axis=0, weights=s), np.average(y, weights=s)
    root = np.sqrt(s)
    size = max(X.shape) * np.finfo(float).eps
    coef = linalg.lstsq(root[:, None] * (X - x_mean), root * (y - y_mean), cond=size)[0]
    return coef, y_mean - x_mean @ coef


def assert_least_squares(model, X, y, **settings):
    """Every task has the coefficients of lstsq on its rows."""
    for task, values in y.items():
        coef, intercept = least_squares(X, values, **settings)
        ours = model.task(task)
        scale = np.abs(coef).max()
        np.testing.assert_allclose(ours.coef_ / scale, coef / scale, rtol=0, atol=1e-10)
        np.testing.assert_allclose(ours.intercept_, intercept, rtol=1e-9, atol=1e-9 * scale)
    assert model.dual_gap_ < 1e-20
    assert not model.shared_coef_.any()


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("weighted", [True, False])
def test_least_squares(rng, shape, fit_intercept, weighted):
    """Missing labels, weights and few rows included, whatever the sharing."""
    X, y = table(rng, *shape)
    weight = rng.exponential(size=len(X)) if weighted else None
    model = MultiTaskRidge(alpha=0, fit_intercept=fit_intercept).fit(X, y, weight)
    assert_least_squares(model, X, y, weight=weight, fit_intercept=fit_intercept)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_scikit_learn(rng, shape):
    """LinearRegression is the model, with dense and sparse inputs."""
    X, y = table(rng, *shape, missing=0.0)
    X[rng.random(X.shape) < 0.5] = 0.0
    for inputs in (X, sparse.csr_array(X)):
        model = MultiTaskRidge(alpha=0.0).fit(inputs, y)
        for task, values in y.items():
            expected = LinearRegression().fit(X, values).predict(X)
            np.testing.assert_allclose(model.predict(X)[task], expected, rtol=1e-10)
        assert_least_squares(model, X, y)


def test_in_a_glm(rng):
    """The penalty says it, wherever it is used."""
    X, y = table(rng, 60, 8)
    model = MultiTaskGLM(MeanRegularized(alpha=0, pool_intercept=True)).fit(X, y)
    assert_least_squares(model, X, y)


@pytest.mark.parametrize("n_samples", [60, 10])
def test_dependent_features(rng, n_samples):
    """Equal columns have equal coefficients, constant ones none, and sums of others their part."""
    X, y = table(rng, n_samples, 8)
    X[:, 3] = X[:, 5]
    X[:, 6] = X[:, 0] - 2.0 * X[:, 1]
    X[:, 7] = 4.5
    model = MultiTaskRidge(alpha=0).fit(X, y)
    assert_least_squares(model, X, y)
    np.testing.assert_allclose(model.coef_[:, 3], model.coef_[:, 5], rtol=1e-10)
    assert not model.coef_[:, 7].any()


def test_nothing_to_learn(rng):
    """Features that are all constant leave the mean; targets that are all the same, that."""
    X, y = np.full((6, 2), 0.1), {"a": np.arange(6.0), "b": np.full(6, 7.1)}
    model = MultiTaskRidge(alpha=0, signs="same").fit(X, y)
    np.testing.assert_array_equal(model.coef_, 0.0)
    np.testing.assert_allclose(model.intercept_, [2.5, 7.1], rtol=1e-14)
    model = MultiTaskRidge(alpha=0).fit(rng.normal(size=(6, 2)), y)
    np.testing.assert_allclose(model.predict(X)["b"], 7.1, rtol=1e-14)
    model = MultiTaskRidge(alpha=0, fit_intercept=False).fit(np.zeros((6, 2)), y)
    np.testing.assert_array_equal(model.predict(X)["a"], 0.0)


@pytest.mark.parametrize("digits", [4, 9])
def test_scales(rng, digits):
    """Features of sizes that differ by 8 and 18 digits are all seen, as those of one size are."""
    X, y = table(rng, 60, 9)
    units = np.logspace(-digits, digits, 9)
    expected = MultiTaskRidge(alpha=0).fit(X, y)
    model = MultiTaskRidge(alpha=0).fit(X * units, y)
    for task in y:
        ours, theirs = model.task(task), expected.task(task)
        np.testing.assert_allclose(ours.coef_ * units, theirs.coef_, rtol=1e-9)
        np.testing.assert_allclose(ours.predict(X * units), theirs.predict(X), rtol=1e-11)


def test_offsets(rng):
    """Far from zero too."""
    X, y = table(rng, 60, 6)
    far = (X + 2.0**30) - 2.0**30  # what is left of the digits
    expected = MultiTaskRidge(alpha=0).fit(far, y)
    model = MultiTaskRidge(alpha=0).fit(far + 2.0**30, y)
    np.testing.assert_allclose(model.coef_, expected.coef_, rtol=1e-9)


@pytest.mark.parametrize("signs", ["learned", "same"])
@pytest.mark.parametrize("norms", [{}, {"l1": 1.0}], ids=["smooth", "l1"])
def test_one_task(rng, signs, norms):
    """A task of strength 0 is fitted alone, and the others as without it."""
    X, y = table(rng, 60, 8)
    strengths = {"y0": 3.0, "y1": 0, "y2": 8.0}
    model = MultiTaskGLM(MeanRegularized(strengths, 0.5, signs=signs, **norms)).fit(X, y)
    rest = {name: y[name] for name in ("y0", "y2")}
    others = {name: strengths[name] for name in rest}
    expected = MultiTaskGLM(MeanRegularized(others, 0.5, signs=signs, **norms)).fit(X, rest)
    np.testing.assert_allclose(model.coef_[[0, 2]], expected.coef_, rtol=1e-9)
    np.testing.assert_allclose(model.intercept_[[0, 2]], expected.intercept_, rtol=1e-9)
    np.testing.assert_allclose(model.shared_coef_[[0, 2]], expected.shared_coef_, rtol=1e-9)
    assert not model.shared_coef_[1].any()
    np.testing.assert_allclose(model.coef_[1], least_squares(X, y["y1"])[0], rtol=1e-9)
    model.set_params(warm_start=True).fit(X, y)
    np.testing.assert_allclose(model.coef_[[0, 2]], expected.coef_, rtol=1e-7)


def test_l1_alone(rng):
    """With l1 or l21 and no alpha these are the penalty."""
    X, y = table(rng, 60, 8, missing=0.0)
    plain = MultiTaskGLM(L21(20.0)).fit(X, y)
    mixed = MultiTaskGLM(MeanRegularized(alpha=0, l21=20.0)).fit(X, y)
    np.testing.assert_allclose(mixed.coef_, plain.coef_, rtol=1e-6, atol=1e-9)
    assert not mixed.shared_coef_.any()


def test_limit(rng):
    """It is where weak penalties lead, with sharing too where features are independent."""
    X, y = table(rng, 60, 8)
    model, weak = MultiTaskRidge(alpha=0).fit(X, y), MultiTaskRidge(alpha=1e-9).fit(X, y)
    np.testing.assert_allclose(weak.coef_, model.coef_, rtol=1e-6)


def test_groups(rng):
    """Groups as tasks: each by itself."""
    X, y = table(rng, 60, 4, n_tasks=1, missing=0.0)
    group = np.arange(60) % 3
    rows, values = np.c_[X, group], y["y0"]
    model = TaskPerGroupRegressor(MultiTaskRidge(alpha=0), group=4).fit(rows, values)
    for k in range(3):
        own = group == k
        expected = LinearRegression().fit(X[own], values[own]).predict(X[own])
        np.testing.assert_allclose(model.predict(rows[own]), expected, rtol=1e-9)


REFUSED = [
    (MultiTaskRidge(alpha=0, sharing=1.0), "sharing must be below 1.*sharing=1.0 with alpha=0"),
    (MultiTaskRidge({"y0": 1, "y1": 0, "y2": 1}, 1.0), "sharing must be below 1.*'y1': 0"),
    (MultiTaskRidge({"y0": 0}), "alpha.*'y1'.*'y0': 0"),
    (MultiTaskRidgeCV([0.0, 1.0]), "alphas of MultiTaskRidgeCV must be .*0.0"),
    (MultiTaskGLMCV(MeanRegularized(0)), "strengths .* above 0 .*MeanRegularized.*'y0'"),
    (
        MultiTaskGLMCV(MeanRegularized({"y0": 1, "y1": 0, "y2": 1}), alphas=[1]),
        r"above 0.*\['y1'\]",
    ),
    (MultiTaskGLM(L21(0)), "alpha of L21 must be .*0"),
    (MultiTaskGLM(NuclearNorm(0)), "alpha of NuclearNorm must be .*0"),
]


@pytest.mark.parametrize("model, message", REFUSED, ids=lambda value: str(value)[:40])
def test_refusals(rng, model, message):
    """Where no strength has no meaning, the message says why, and nothing is left."""
    X, y = table(rng, 30, 3)
    model = clone(model)
    with pytest.raises(ValueError, match=message):
        model.fit(X, y)
    assert not hasattr(model, "coef_")


def test_paths(rng):
    """Paths multiply strengths, or factorise once for all of them."""
    X, y = table(rng, 30, 3)
    with pytest.raises(ValueError, match="alphas must be .*0"):
        ridge_path(X, y, alphas=[0, 1])
    with pytest.raises(ValueError, match="above 0 for every task"):
        regularization_path(X, y, MeanRegularized(0.0))
