"""Every penalty is solved to a duality gap that is computed here, from the definitions."""

import warnings

import numpy as np
import pytest
from certificates import Problem, assert_certified, describe
from family import FAMILY, KINDS, outcomes
from quadratics import owners
from scipy import sparse
from zoo import cut

from skmtl import MultiTaskGLM

SHAPES = [(60, 8), (30, 40)]

by_member = pytest.mark.parametrize("member", FAMILY, ids=str)


def setting(member, kind, n, d, missing, share=0.3, weight=None, fit_intercept=True):
    """Return X, y, types, the problem and the penalty of the package."""
    X, y, types = outcomes(kind, n, d, missing)
    y = member.allowed(y)
    types = {name: types[name] for name in y}
    tasks = describe(X, y, types, weight=weight)
    strengths = member.strengths(X, tasks, share, fit_intercept)
    problem = Problem(X, tasks, member.define(tasks, *strengths))
    return X, y, types, problem, member.penalty(tasks, *strengths)


@pytest.mark.parametrize("missing", [0.0, 0.3], ids=["full", "missing"])
@pytest.mark.parametrize("n, d", SHAPES)
@pytest.mark.parametrize("kind", KINDS)
@by_member
def test_gap(member, kind, n, d, missing):
    """All losses, full and missing labels, more samples than features and fewer, dense and sparse X."""
    X, y, types, problem, penalty = setting(member, kind, n, d, missing)
    for given in (X, sparse.csr_array(X)):
        assert_certified(problem, MultiTaskGLM(penalty, task_types=types).fit(given, y))


@by_member
def test_weights_and_no_intercept(member, rng):
    """Weights by sample and task, and a model without intercepts."""
    weight = rng.uniform(0.2, 2, (60, len(KINDS["mixed"])))
    if member.one_of_classes:
        weight = weight[:, :-1]
    for fit_intercept in (True, False):
        X, y, types, problem, penalty = setting(
            member, "mixed", 60, 8, 0.3, weight=weight, fit_intercept=fit_intercept
        )
        if problem.prior.pooling is not None and not fit_intercept:
            continue  # nothing to pool
        model = MultiTaskGLM(penalty, task_types=types, fit_intercept=fit_intercept)
        assert_certified(problem, model.fit(X, y, weight), fit_intercept)


@pytest.mark.parametrize("max_iter", [1, 4])
@pytest.mark.parametrize("kind", ["regression", "mixed"])
@by_member
def test_stopping_early(member, kind, max_iter):
    """dual_gap_ bounds what is missing, and is as good a bound as the one computed here."""
    X, y, types, problem, penalty = setting(member, kind, 30, 40, 0.3)
    model = MultiTaskGLM(penalty, task_types=types).fit(X, y)
    least = problem.value(*problem.parts_of(model))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.set_params(max_iter=max_iter).fit(X, y)
    parts, b = problem.parts_of(model)
    missing = (problem.value(parts, b) - least) / abs(problem.null_value())
    own = problem.dual_gap(parts, problem.settle(sum(parts), b)) / abs(problem.null_value())
    assert missing <= model.dual_gap_ * (1 + 1e-6) + 1e-12
    assert problem.prior.pooling is not None or model.dual_gap_ <= 3 * own + 1e-12


def with_an_outlier(kind, rng, n=90, d=8):
    """Return X and tasks that depend on the first three features alike, and one that depends on all."""
    X = rng.normal(size=(n, d))
    common = X[:, :3] @ np.array([1.0, -1.0, 1.0])
    y = {f"y{t}": common * (-1.0) ** t + 0.3 * rng.normal(size=n) for t in range(7)}
    y["odd"] = X @ np.where(np.arange(d) % 2, 1.0, -0.7) + 0.3 * rng.normal(size=n)
    types = dict.fromkeys(y, "regression")
    if kind == "mixed":
        y["y1"], types["y1"] = cut(y["y1"], ("no", "yes")), "binary"
        y["y2"], types["y2"] = rng.poisson(np.exp(0.5 * y["y2"])).astype(float), "count"
        y["y3"], types["y3"] = cut(y["y3"], ("I", "II", "III")), "multiclass"
    for column in y.values():
        column[rng.random(n) < 0.2] = None if column.dtype == object else np.nan
    return X, y, types


@pytest.mark.parametrize("kind", ["regression", "mixed"])
@pytest.mark.parametrize("name, ratio", [("RobustLowRank", 0.7), ("RobustFeatures", 1.2)])
def test_outlier_tasks(name, ratio, kind, rng):
    """The part of whole tasks is not zero for the odd task, but for ordinary ones; nor is the other part."""
    (member,) = [member for member in FAMILY if member.name == name]
    X, y, types = with_an_outlier(kind, rng)
    tasks = describe(X, y, types)
    for a in (8.0, 12.0):
        problem = Problem(X, tasks, member.define(tasks, a, ratio * a))
        for given in (X, sparse.csr_array(X)):
            model = MultiTaskGLM(member.penalty(tasks, a, ratio * a), task_types=types)
            assert_certified(problem, model.fit(given, y))
            (common, special), _ = problem.parts_of(model)
            assert np.linalg.norm(special[:, -1]) > 0.1 < np.linalg.norm(common[:, 0])
            ordinary = [list(y).index(name) for name in ("y0", "y4", "y5", "y6")]
            assert not special[:, np.isin(owners(tasks), ordinary)].any()
