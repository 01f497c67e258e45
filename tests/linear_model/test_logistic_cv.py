"""Strength and sharing are those of a plain loop over folds, and for one task those of scikit-learn."""

from inspect import signature

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import LogisticRegressionCV
from sklearn.model_selection import KFold
from zoo import LABELS, assert_same_numbers, known, numbers, patients

from skmtl import MultiTaskLogisticRegression, MultiTaskLogisticRegressionCV, TaskTargets
from skmtl.metrics import task_scorer

CS = [0.003, 0.03, 0.3]
SHARINGS = [0.0, 0.5, 0.9]
SETTINGS = [{}, {"signs": "same", "class_weight": "balanced"}, {"pool_intercept": True}]


def data(seed=2, n=120):
    """Return X and the targets as TaskTargets, so that all folds know all classes."""
    X, y = patients(seed, n)
    return X, TaskTargets({name: y[name] for name in LABELS})


def new(**params):
    """Return a model whose folds are the same at every fit."""
    params = {"Cs": CS[::-1], "sharings": SHARINGS[::-1], "cv": KFold(4)} | params
    return MultiTaskLogisticRegressionCV(**params)


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
@pytest.mark.parametrize("scoring", [None, "roc_auc"])
def test_is_a_loop(settings, scoring):
    """Scores, choice and final fit are those of separate fits in the same folds."""
    X, y = data()
    splits = list(KFold(4).split(X))
    model = new(scoring=scoring, **settings).fit(X, y)
    scores = np.empty((4, len(CS), len(SHARINGS), len(LABELS) + 1))
    for k, (train, test) in enumerate(splits):
        for i, C in enumerate(CS):
            for j, sharing in enumerate(SHARINGS):
                fitted = MultiTaskLogisticRegression(C, sharing, **settings).fit(X[train], y[train])
                found = task_scorer(scoring, average=None)(fitted, X[test], y[test])
                scores[k, i, j] = [found[name] for name in (*LABELS, "mean")]
    table, means = model.cv_results_, scores.mean(axis=0)
    for t, name in enumerate((*LABELS, "score")):
        assert_allclose(table[f"mean_test_{name}"], means[..., t].ravel(), atol=1e-6)
    assert_array_equal(table["param_C"], np.repeat(CS, 3))
    assert_array_equal(table["param_sharing"], np.tile(SHARINGS, 3))
    assert_array_equal(model.Cs_, CS)
    assert_array_equal(model.sharings_, SHARINGS)
    i, j = np.unravel_index(means[..., -1].argmax(), means.shape[:2])
    assert (model.C_, model.sharing_) == (CS[i], SHARINGS[j])
    assert model.best_index_ == 3 * i + j
    for t, name in enumerate(LABELS):
        a, b = np.unravel_index(means[..., t].argmax(), means.shape[:2])
        own = model.best_by_task_[name]
        assert (own["C"], own["sharing"]) == (CS[a], SHARINGS[b])
        assert_allclose(own["score"], means[a, b, t], atol=1e-6)
    final = MultiTaskLogisticRegression(model.C_, model.sharing_, **settings).fit(X, y)
    assert_same_numbers(numbers(model), numbers(final))


@pytest.mark.parametrize("name", ["died", "stage"])
def test_one_task(name):
    """Without others to share with it is LogisticRegressionCV."""
    X, y = patients(2, 120)
    X, y = X[known(y[name])], y[name][known(y[name])].astype(str)
    settings = {"cv": KFold(4), "scoring": "neg_log_loss", "tol": 1e-10, "max_iter": 1000}
    if "use_legacy_attributes" in signature(LogisticRegressionCV).parameters:
        settings |= {"use_legacy_attributes": False, "l1_ratios": (0.0,)}
    wanted = LogisticRegressionCV(Cs=CS, **settings).fit(X, y)
    given = (
        next(iter(wanted.scores_.values())) if isinstance(wanted.scores_, dict) else wanted.scores_
    )
    model = new(sharings=[0.0], scoring="neg_log_loss").fit(X, y)
    assert model.C_ == np.ravel(wanted.C_)[0]
    scores = np.array([model.cv_results_[f"split{k}_test_score"] for k in range(4)])
    assert_allclose(scores, np.squeeze(given), rtol=1e-6)
    assert_allclose(model.coef_, wanted.coef_, rtol=1e-4, atol=1e-6)


def test_one_standard_error():
    """Of the best sharing the strongest strength within one error; never a weaker one."""
    stronger = 0
    for seed in (1, 5, 6):
        X, y = data(seed, 80)
        settings = {"Cs": np.geomspace(0.03, 1, 5), "sharings": [0.0, 0.5], "cv": KFold(5)}
        best, model = new(**settings).fit(X, y), new(select="1se", **settings).fit(X, y)
        assert model.sharing_ == best.sharing_ and model.C_ <= best.C_
        at = list(best.sharings_).index(best.sharing_)
        scores = np.array([best.cv_results_[f"split{k}_test_score"][at::2] for k in range(5)])
        loss = scores[:, [best.best_index_ // 2]] - scores
        within = loss.mean(axis=0) <= loss.std(axis=0, ddof=1) / np.sqrt(5)
        assert model.C_ == best.Cs_[np.flatnonzero(within)[0]]
        stronger += model.C_ < best.C_
    assert stronger > 0


def test_numbers_of_strengths():
    """A number says how many, over the range of scikit-learn."""
    X, y = data()
    model = MultiTaskLogisticRegressionCV(3, (0.25,), cv=KFold(2)).fit(X, y)
    assert_allclose(model.Cs_, [1e-4, 1.0, 1e4])
    assert model.penalty_.alpha == 1.0 / model.C_


def test_equal_scores():
    """Of points that are as good as each other, the strongest and then the one that shares least."""
    X, y = data()
    model = new(scoring="accuracy", Cs=[1e-9, 1e-8]).fit(X, y)
    assert np.ptp(model.cv_results_["mean_test_score"]) == 0
    assert (model.C_, model.sharing_) == (1e-9, 0.0)


@pytest.mark.parametrize(
    "wrong",
    [{"Cs": [0.0]}, {"Cs": 0}, {"sharings": []}, {"sharings": [2.0]}, {"select": "C"}],
    ids=str,
)
def test_rules(wrong):
    """Strengths and sharings are checked."""
    with pytest.raises(ValueError, match="of MultiTaskLogisticRegressionCV must be"):
        new(**wrong).fit(*data())
