"""Out-of-fold predictions that estimators with cross-validation keep on request."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GroupKFold, KFold, RepeatedKFold
from zoo import patients

from skmtl import (
    MultiTaskGLM,
    MultiTaskGLMCV,
    MultiTaskLogisticRegression,
    MultiTaskLogisticRegressionCV,
    MultiTaskRidge,
    MultiTaskRidgeCV,
    TaskTargets,
)

NUMBERS, MIXED = ("days", "cost", "lab"), ("days", "died", "stage", "visits")
COUNTS = {"visits": "count"}


def data(tasks, n=60, **settings):
    """X and some of the tasks, with missing labels."""
    X, y = patients(n=n, **settings)
    return X, TaskTargets({t: y[t] for t in tasks}, {t: k for t, k in COUNTS.items() if t in tasks})


def refitted(model, X, y, folds, method="predict"):
    """Return what the model, fitted without each fold, says of it: a list by fold."""
    return [getattr(model.fit(X[train], y[train]), method)(X[test]) for train, test in folds]


@pytest.mark.parametrize("alpha_per_task", [False, True])
@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_rows_left_out(missing, alpha_per_task):
    """Each row is predicted in all tasks, labelled or not, as by refits without all its labels."""
    X, y = data(NUMBERS, n=40, missing=missing)
    fixed = {"signs": "same", "scale_targets": False}  # which leaving out rows does not learn anew
    model = MultiTaskRidgeCV(
        [3.0, 30.0, 300.0], [0.3], alpha_per_task=alpha_per_task, store_oof=True, **fixed
    ).fit(X, y)
    wanted = MultiTaskRidge(model.task_alphas_, model.sharing_, **fixed)
    folds = [(np.delete(np.arange(40), i), [i]) for i in range(40)]
    said = refitted(wanted, X, y, folds)
    for t in NUMBERS:
        single = np.concatenate([one[t] for one in said])
        assert_allclose(model.oof_prediction_[t], single, rtol=1e-6, atol=1e-6)
        assert_array_equal(model.oof_decision_[t], model.oof_prediction_[t])


@pytest.mark.parametrize("params", [{}, {"pool_intercept": True, "signs": "same"}], ids=str)
def test_rows_left_out_give_the_scores(params):
    """The score of the best pair is that of these predictions, where strengths are common."""
    X, y = data(NUMBERS)
    model = MultiTaskRidgeCV(alpha_per_task=False, store_oof=True, **params).fit(X, y)
    for t in NUMBERS:
        known = y.observed(t)
        errors = y[t][known] - model.oof_prediction_[t][known]
        r2 = 1 - np.mean(errors**2) / np.var(y[t][known])
        assert_allclose(model.cv_results_[f"mean_test_{t}"][model.best_index_], r2, rtol=1e-8)


@pytest.mark.parametrize("cv", [KFold(4), GroupKFold(3)], ids=str)
def test_folds_of_ridge(cv, rng):
    """Models of the final strengths, fitted without the fold."""
    X, y = data(NUMBERS)
    y = TaskTargets(y, groups=rng.integers(0, 12, len(X))) if "Group" in str(cv) else y
    folds = list(cv.split(X, groups=y.groups))
    model = MultiTaskRidgeCV([3.0, 30.0], [0.0, 0.5], cv=cv, store_oof=True).fit(X, y)
    said = refitted(MultiTaskRidge(model.task_alphas_, model.sharing_), X, y, folds)
    for (_, test), one in zip(folds, said, strict=True):
        for t in NUMBERS:
            assert_allclose(model.oof_prediction_[t][test], one[t], rtol=1e-6)


@pytest.mark.parametrize("kind", ["glm", "logistic"])
def test_folds_of_others(kind):
    """Models of the chosen point, fitted without the fold: decisions, probabilities, predictions."""
    X, y = data(MIXED if kind == "glm" else ("died", "stage"))
    settings = {"cv": KFold(4, shuffle=True, random_state=0), "store_oof": True}
    if kind == "glm":
        model = MultiTaskGLMCV(alphas=[3.0, 30.0], **settings).fit(X, y)
        alone = MultiTaskGLM(model.penalty_)
    else:
        model = MultiTaskLogisticRegressionCV([0.01, 0.1], [0.0, 0.5], **settings).fit(X, y)
        alone = MultiTaskLogisticRegression(model.C_, model.sharing_)
    folds = list(settings["cv"].split(X))
    for method, name in (
        ("decision_function", "oof_decision_"),
        ("predict_proba", "oof_probability_"),
        ("predict", "oof_prediction_"),
    ):
        found = getattr(model, name)
        said = refitted(alone, X, y, folds, method)
        assert set(found) == set(said[0])
        for (_, test), one in zip(folds, said, strict=True):
            for t, values in one.items():
                if values.dtype.kind == "f":
                    assert_allclose(found[t][test], values, rtol=1e-4, atol=1e-5)
                else:
                    assert_array_equal(found[t][test], values)


def test_rows_in_several_folds_and_in_none():
    """The mean of raw predictions, and NaN or None."""
    X, y = data(MIXED)
    splitter = RepeatedKFold(n_splits=3, n_repeats=2, random_state=0)
    folds = list(splitter.split(X))
    twice = MultiTaskGLMCV(alphas=[10.0], cv=folds, store_oof=True).fit(X, y)
    halves = [
        MultiTaskGLMCV(alphas=[10.0], cv=part, store_oof=True).fit(X, y)
        for part in (folds[:3], folds[3:])
    ]
    means = sum(half.oof_decision_["stage"] for half in halves) / 2
    assert_allclose(twice.oof_decision_["stage"], means)
    some = MultiTaskGLMCV(alphas=[10.0], cv=folds[:1], store_oof=True).fit(X, y)
    train, test = folds[0]
    assert np.isnan(some.oof_probability_["died"][train]).all()
    assert np.isnan(some.oof_prediction_["days"][train]).all()
    assert set(some.oof_prediction_["died"][train]) == {None}
    assert set(some.oof_prediction_["died"][test]) <= {"no", "yes"}
    ridge = MultiTaskRidgeCV(cv=folds[:1], store_oof=True).fit(X, y.select(["days"]))
    assert np.isnan(ridge.oof_prediction_["days"][train]).all()
    assert np.isfinite(ridge.oof_prediction_["days"][test]).all()


def test_containers():
    """As predictions come, in the order of rows; a vector for one task; nothing unasked."""
    pd = pytest.importorskip("pandas")
    X, y = data(NUMBERS, missing=0.0)
    frame = pd.DataFrame(dict(y), index=[f"p{i}" for i in range(len(X))])
    table = MultiTaskRidgeCV(store_oof=True).fit(pd.DataFrame(X, index=frame.index), frame)
    assert list(table.oof_prediction_.columns) == list(frame) and len(table.oof_prediction_) == 60
    assert MultiTaskRidgeCV(store_oof=True).fit(X, y["days"]).oof_prediction_.shape == (60,)
    model = MultiTaskRidgeCV(store_oof=True).fit(X, y)
    assert not hasattr(model.set_params(store_oof=False).fit(X, y), "oof_prediction_")
    with pytest.raises(ValueError, match="store_oof of MultiTaskRidgeCV must be True or False"):
        model.set_params(store_oof="yes").fit(X, y)
    with pytest.raises(NotFittedError):
        model.predict(X)


def test_too_few_labels():
    """The only label of a task has no model without it; a task without labels is a constant."""
    X, y = data(NUMBERS, missing=0.0)
    lone = np.where(np.arange(len(X)) == 7, 2.0, np.nan)
    targets = TaskTargets({**y, "lone": lone, "none": np.full(len(X), np.nan)}, "regression")
    with pytest.warns(UserWarning, match="'none' has no label"):
        found = MultiTaskRidgeCV(store_oof=True).fit(X, targets).oof_prediction_
    assert np.flatnonzero(np.isnan(found["lone"])).tolist() == [7]
    assert_array_equal(found["none"], 0.0)
