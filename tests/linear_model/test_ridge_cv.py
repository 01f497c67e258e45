"""MultiTaskRidgeCV chooses what leaving out rows by hand chooses."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from refits import brute_force, problem
from scipy import sparse
from sklearn.linear_model import Ridge, RidgeCV
from sklearn.model_selection import KFold
from zoo import assert_same_numbers, numbers, patients

from skmtl import MultiTaskRidge, MultiTaskRidgeCV, TaskTargets
from skmtl.model_selection import TaskStratifiedKFold

ALPHAS, SHARINGS = [0.5, 4.0, 30.0], [0.0, 0.5, 1.0]


def numeric(seed=0, **settings):
    """X and three related tasks, one of them turned round."""
    X, y = patients(seed, **settings)
    return X, {"days": y["days"], "cost": y["cost"] / 1e3, "lab": 100 * y["lab"]}


def matrix(y):
    """The targets as an array, and the weights that say which are there."""
    array = np.column_stack(list(y.values()))
    return np.nan_to_num(array), (~np.isnan(array)).astype(float)


def learned_signs(X, y, weight, alpha, fit_intercept=True):
    """Signs of the leading eigenvector of the cosines of separate fits."""
    V = []
    for target, s in zip(y.T, weight.T, strict=True):
        model = Ridge(alpha, fit_intercept=fit_intercept).fit(X, target, sample_weight=s)
        V.append(model.coef_ / np.linalg.norm(model.coef_))
    return np.where(np.linalg.eigh(np.array(V) @ np.array(V).T)[1][:, -1] < 0, -1.0, 1.0)


def scores_by_hand(X, y, weight, signs, intercept, factors):
    """R2 of each task for each pair, every row left out and refitted; targets scaled once."""
    s = np.where(weight > 0, weight, 0.0)
    mean = (s * y).sum(axis=0) / s.sum(axis=0)
    scale = np.sqrt((s * (y - mean) ** 2).sum(axis=0) / s.sum(axis=0))
    scaled, found = y / scale, []
    for alpha in ALPHAS:
        for sharing in SHARINGS:
            own = s * factors
            q = np.ones(y.shape[1])
            if signs == "learned":
                q = learned_signs(X, scaled, own, alpha, intercept == "free")
            left_out = brute_force(X, scaled, own, alpha, sharing, q, intercept)
            squared = np.nansum(s * left_out**2, axis=0) / s.sum(axis=0)
            variance = (s * (scaled - mean / scale) ** 2).sum(axis=0) / s.sum(axis=0)
            found.append(1.0 - squared / variance)
    return np.array(found)


@pytest.mark.parametrize("signs", ["learned", "same"])
@pytest.mark.parametrize("weighting", [None, "rows", "pairs"])
@pytest.mark.parametrize("n, d, missing", [(30, 4, 0.0), (30, 4, 0.3), (20, 24, 0.2)])
@pytest.mark.parametrize("intercept", ["free", "none"])
def test_scores(rng, signs, weighting, n, d, missing, intercept):
    """The table is the one of refitting without each row."""
    X, y = numeric(n=n, d=d, missing=missing)
    shape = {"rows": n, "pairs": (n, 3)}.get(weighting)
    given = None if shape is None else rng.uniform(0.2, 3.0, shape)
    array, weight = matrix(y)
    if given is not None:
        weight = weight * given.reshape(n, -1)
    wanted = scores_by_hand(X, array, weight, signs, intercept, np.ones(3))
    for inputs in (X, sparse.csr_matrix(X)):
        model = MultiTaskRidgeCV(
            ALPHAS, SHARINGS, signs=signs, fit_intercept=intercept == "free"
        ).fit(inputs, y, given)
        table = model.cv_results_
        found = np.column_stack([table[f"mean_test_{name}"] for name in y])
        assert_allclose(found, wanted, rtol=1e-10, atol=1e-10)
        assert_allclose(table["mean_test_score"], wanted.mean(axis=1), rtol=1e-10, atol=1e-10)
        assert model.best_index_ == np.argmax(wanted.mean(axis=1))
        assert_allclose(model.best_score_, wanted.mean(axis=1).max())
        assert table["params"][model.best_index_] == {
            "alpha": model.alpha_,
            "sharing": model.sharing_,
        }
        for t, name in enumerate(y):
            row = np.argmax(wanted[:, t])
            best = table["params"][row] | {"score": pytest.approx(wanted[row, t])}
            assert model.best_by_task_[name] == best


def test_task_weights():
    """The weight of a task counts in the fits, not in the choice."""
    X, y = numeric(n=30, d=4)
    factors = np.array([0.3, 1.0, 5.0])
    wanted = scores_by_hand(X, *matrix(y), "same", "free", factors)
    task_weight = dict(zip(y, factors, strict=True))
    model = MultiTaskRidgeCV(ALPHAS, SHARINGS, signs="same", task_weight=task_weight).fit(X, y)
    found = np.column_stack([model.cv_results_[f"mean_test_{name}"] for name in y])
    assert_allclose(found, wanted, rtol=0, atol=1e-10)


def test_pooled_intercepts_of_groups(rng):
    """The scores of groups as tasks, with intercepts that are drawn together."""
    X, y, weight = problem(rng, 40, 3, "groups")
    columns = {f"g{t}": np.where(weight[:, t] > 0, y[:, t], np.nan) for t in range(3)}
    params = {"signs": "same", "pool_intercept": True, "scale_targets": False}
    model = MultiTaskRidgeCV([2.0], [0.0, 0.6, 1.0], **params).fit(X, columns)
    for row, sharing in enumerate([0.0, 0.6, 1.0]):
        kind = "pooled" if sharing else "free"
        errors = brute_force(X - X.mean(axis=0), y, weight, 2.0, sharing, np.ones(3), kind)
        for t, name in enumerate(columns):
            own = weight[:, t] > 0
            wanted = 1 - np.mean(errors[own, t] ** 2) / np.var(y[own, t])
            assert_allclose(model.cv_results_[f"mean_test_{name}"][row], wanted, atol=1e-10)


@pytest.mark.parametrize("alpha_per_task", [True, False])
def test_final_fit(alpha_per_task):
    """The model is MultiTaskRidge with what was chosen."""
    X, y = numeric()
    model = MultiTaskRidgeCV(ALPHAS, SHARINGS, alpha_per_task=alpha_per_task).fit(X, y)
    ridge = MultiTaskRidge(model.task_alphas_, model.sharing_).fit(X, y)
    assert_same_numbers(numbers(model), numbers(ridge), 1e-9)
    assert_same_numbers(model.shared_coef_, ridge.shared_coef_, 1e-9)
    assert model.dual_gap_ < 1e-13
    assert model.penalty_.sharing == model.sharing_
    if not alpha_per_task:
        assert set(model.task_alphas_.values()) == {model.alpha_}


def test_strengths_are_pooled(rng):
    """Each task's strength minimises its own evidence plus the distance from the common one."""
    X, y = rng.normal(size=(120, 30)), {}
    for name, noise, n_labels in (("easy", 1.0, 120), ("hard", 20.0, 120), ("few", 20.0, 9)):
        y[name] = X @ rng.normal(size=30) + noise * rng.normal(size=120)
        y[name][n_labels:] = np.nan
    alphas = np.geomspace(1e-2, 1e5, 29)
    model = MultiTaskRidgeCV(alphas, [0.0, 0.2]).fit(X, y)
    here = model.cv_results_["param_sharing"] == model.sharing_
    for name, column in y.items():
        known = column[~np.isnan(column)]
        squared = (1 - model.cv_results_[f"mean_test_{name}"][here]) * known.var()
        costs = [
            len(known) / 2 * np.log(e) + (np.log(a) - np.log(model.alpha_)) ** 2 / 2
            for a, e in zip(alphas, squared, strict=True)
        ]
        assert model.task_alphas_[name] == alphas[np.argmin(costs)]
    assert model.task_alphas_["easy"] <= model.alpha_ < model.task_alphas_["hard"]
    assert model.task_alphas_["few"] < model.best_by_task_["few"]["alpha"]


def test_one_task_is_ridge_cv(rng):
    """scikit-learn's leave-one-out, where there is nothing to share."""
    X, y = rng.normal(size=(40, 5)), rng.normal(size=40)
    y += X[:, 0]
    alphas = np.geomspace(0.1, 1e3, 9)
    model = MultiTaskRidgeCV(alphas, scale_targets=False).fit(X, y)
    wanted = RidgeCV(alphas).fit(X, y)
    assert model.alpha_ == wanted.alpha_
    assert model.sharing_ == 0.0
    assert_allclose(model.best_score_, 1 + wanted.best_score_ / y.var())
    assert_allclose(model.coef_[0], wanted.coef_, atol=1e-9)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("cv", [4, KFold(3), "pairs"], ids=str)
def test_folds(rng, cv, weighted):
    """Folds left out by hand, everything fitted anew in each."""
    X, y = numeric(n=50)
    weight = rng.uniform(0.5, 2, (50, 3)) if weighted else None
    targets = TaskTargets(y)
    pairs = {
        4: lambda: TaskStratifiedKFold(4, shuffle=True, random_state=3).split(X, targets),
        "pairs": lambda: [(np.arange(25), np.arange(25, 50)), (np.arange(25, 50), np.arange(25))],
    }.get(cv, lambda: KFold(3).split(X))
    given = pairs() if cv == "pairs" else cv
    model = MultiTaskRidgeCV(ALPHAS, SHARINGS, cv=given, random_state=3).fit(X, targets, weight)
    array, s = matrix(y)
    s = s if weight is None else s * weight
    mean = (s * array).sum(axis=0) / s.sum(axis=0)
    for row, params in enumerate(model.cv_results_["params"]):
        errors = np.zeros((50, 3))
        for train, test in pairs():
            own = None if weight is None else weight[train]
            fitted = MultiTaskRidge(**params).fit(X[train], targets[train], own)
            errors[test] = array[test] - np.column_stack(list(fitted.predict(X[test]).values()))
        wanted = 1 - (s * errors**2).sum(axis=0) / (s * (array - mean) ** 2).sum(axis=0)
        found = [model.cv_results_[f"mean_test_{name}"][row] for name in y]
        assert_allclose(found, wanted, atol=1e-6)


def test_default_strengths_know_no_units():
    """In other units of all features the same model is found."""
    X, y = numeric()
    model = MultiTaskRidgeCV().fit(X, y)
    other = MultiTaskRidgeCV().fit(1e3 * X + 5.0, y)
    assert_allclose(other.alpha_, 1e6 * model.alpha_)
    assert other.sharing_ == model.sharing_
    assert_allclose(other.predict(1e3 * X + 5.0)["days"], model.predict(X)["days"])


def test_order_and_units_of_tasks():
    """Tasks in another order, one negated and in other units: the same choice."""
    X, y = numeric()
    model = MultiTaskRidgeCV().fit(X, y)
    other = {"lab": y["lab"], "days": -24.0 * y["days"], "cost": y["cost"] + 7.0}
    turned = MultiTaskRidgeCV().fit(X, other)
    assert turned.task_alphas_ == model.task_alphas_ and turned.sharing_ == model.sharing_
    assert_allclose(turned.predict(X)["days"], -24.0 * model.predict(X)["days"], rtol=1e-6)
    assert_allclose(turned.cv_results_["mean_test_cost"], model.cv_results_["mean_test_cost"])


def test_unrelated_tasks_with_noise_in_common(rng):
    """Leaving out rows takes noise for relatedness less often than leaving out labels one by one."""
    n, d, T, sharings = 40, 4, 3, np.array([0.0, 0.3, 0.6])
    zero = {"rows": 0, "labels": 0}
    for _ in range(20):
        X = rng.normal(size=(n, d))
        W = np.linalg.qr(rng.normal(size=(d, T)))[0]
        Y = X @ W + 1.5 * rng.normal(size=(n, 1)) + 0.5 * rng.normal(size=(n, T))
        model = MultiTaskRidgeCV(
            [3.0], sharings, signs="same", fit_intercept=False, scale_targets=False
        ).fit(X, Y)
        zero["rows"] += model.sharing_ == 0.0
        losses = []
        for sharing in sharings:
            K = (1 - sharing) * np.eye(T) + sharing
            S = np.kron(X @ X.T, K / 3.0)
            inverse = np.linalg.inv(S + np.eye(n * T))
            losses.append(np.sum((inverse @ Y.ravel() / np.diag(inverse)) ** 2))
        zero["labels"] += int(np.argmin(losses)) == 0
    assert zero["rows"] >= zero["labels"] + 5, zero


def test_tasks_that_cannot_be_scored():
    """A constant task has no score and takes the common strength; a task alone in a fold is not scored in it."""
    X, y = numeric()
    constant = np.where(np.isnan(y["lab"]), np.nan, 3.0)
    model = MultiTaskRidgeCV(ALPHAS).fit(X, y | {"lab": constant})
    assert np.isnan(model.cv_results_["mean_test_lab"]).all()
    assert np.isfinite(model.cv_results_["mean_test_score"]).all()
    assert model.task_alphas_["lab"] == model.alpha_
    assert np.isnan(model.best_by_task_["lab"]["alpha"])
    once = np.full(len(X), np.nan)
    once[[0, 1]] = [1.0, 2.0]
    folds = [(np.arange(2, 70), np.arange(2)), (np.r_[0:35], np.r_[35:70])]
    model = MultiTaskRidgeCV(ALPHAS, cv=folds).fit(X, y | {"lab": once})
    assert np.isnan(model.cv_results_["mean_test_lab"]).all()
    with pytest.warns(UserWarning, match="no task can be scored"):
        model = MultiTaskRidgeCV(ALPHAS).fit(X, {"lab": constant})
    assert model.alpha_ == max(ALPHAS) and model.sharing_ == 0.0


@pytest.mark.parametrize(
    "wrong, message",
    [
        ({"alphas": [1.0, 0.0]}, "alphas.*0.0"),
        ({"alphas": 3.0}, "alphas.*3.0"),
        ({"alphas": []}, "alphas"),
        ({"sharings": [0.2, 1.2]}, "sharings.*1.2"),
        ({"sharings": "all"}, "sharings.*all"),
        ({"alpha_per_task": "pooled"}, "alpha_per_task.*pooled"),
        ({"signs": "mixed"}, "signs.*mixed"),
        ({"cv": "loo"}, "cv"),
        ({"cv": 1}, "cv.*1"),
    ],
    ids=str,
)
def test_rules(wrong, message):
    """Each parameter has a rule, and the error names it."""
    X, y = numeric()
    with pytest.raises(ValueError, match=message):
        MultiTaskRidgeCV(**wrong).fit(X, y)


def test_one_sample():
    """There must be a row to leave and one to learn from."""
    X, y = numeric()
    with pytest.raises(ValueError, match="2 samples.*n_samples=1"):
        MultiTaskRidgeCV().fit(X[:1], {"days": [1.0], "cost": [2.0]})


def test_arrays_and_equal_scores():
    """Grids as arrays; of equal scores the least sharing and the strongest alpha."""
    X = np.zeros((12, 2))
    y = np.column_stack([np.arange(12.0), -np.arange(12.0)])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = MultiTaskRidgeCV(np.array([3, 1, 7]), np.array([0.5, 0.25])).fit(X, y)
    assert (model.alpha_, model.sharing_) == (7.0, 0.25)
    assert_array_equal(model.cv_results_["rank_test_score"], 1)
