"""Other metrics than R2 by which MultiTaskRidgeCV chooses."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import RidgeCV
from sklearn.metrics import get_scorer, make_scorer, mean_absolute_error, mean_pinball_loss
from sklearn.model_selection import KFold, RepeatedKFold
from zoo import numbers, patients

from skmtl import MultiTaskRidge, MultiTaskRidgeCV
from skmtl.metrics import task_scorer

ALPHAS, SHARINGS = [0.5, 4.0, 30.0], [0.0, 0.5]
TASKS = ("days", "cost", "lab")


def data(n=40):
    """X and three tasks with missing labels."""
    X, y = patients(n=n)
    return X, {t: y[t] for t in TASKS}


def predictions(X, y, weight, folds, **params):
    """Rows and predictions by task, each by a model fitted without its fold."""
    found = {t: ([], []) for t in y}
    for train, test in folds:
        part = {t: column[train] for t, column in y.items()}
        model = MultiTaskRidge(**params).fit(
            X[train], part, None if weight is None else weight[train]
        )
        for t, values in model.predict(X[test]).items():
            kept = ~np.isnan(y[t][test])
            found[t][0].append(test[kept])
            found[t][1].append(values[kept])
    return {t: (np.concatenate(rows), np.concatenate(said)) for t, (rows, said) in found.items()}


def single_rows(n):
    """Each row left out alone."""
    return [(np.delete(np.arange(n), i), np.array([i])) for i in range(n)]


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(
    "cv", [None, KFold(4), RepeatedKFold(n_splits=3, n_repeats=2, random_state=0)], ids=str
)
def test_metrics_of_rows_left_out(rng, cv, weighted):
    """The metric of all predictions of rows left out, made by refits."""
    X, y = data()
    weight = rng.uniform(0.5, 2.0, len(X)) if weighted else None
    folds = single_rows(len(X)) if cv is None else list(cv.split(X))
    fixed = {"signs": "same", "scale_targets": False}  # which leaving out rows does not learn anew
    model = MultiTaskRidgeCV(ALPHAS, SHARINGS, cv=cv, scoring="neg_mean_absolute_error", **fixed)
    table = model.fit(X, y, weight).cv_results_
    for row, params in enumerate(table["params"]):
        made = predictions(X, y, weight, folds, **params, **fixed)
        for t, (rows, said) in made.items():
            own = None if weight is None else weight[rows]
            wanted = -mean_absolute_error(y[t][rows], said, sample_weight=own)
            assert_allclose(table[f"mean_test_{t}"][row], wanted, rtol=1e-6)
    means = np.mean([table[f"mean_test_{t}"] for t in TASKS], axis=0)
    assert_allclose(table["mean_test_score"], means)
    assert model.best_index_ == np.argmax(means) and model.best_score_ == means.max()


def test_one_task_is_ridge_cv(rng):
    """scikit-learn's leave-one-out with a scorer."""
    X = rng.normal(size=(40, 5))
    y = X[:, 0] + rng.standard_t(2, size=40)
    alphas = np.geomspace(0.1, 1e3, 9)
    wanted = RidgeCV(alphas, scoring="neg_median_absolute_error").fit(X, y)
    model = MultiTaskRidgeCV(alphas, scoring="neg_median_absolute_error", scale_targets=False)
    assert model.fit(X, y).alpha_ == wanted.alpha_
    assert_allclose(model.best_score_, wanted.best_score_)


@pytest.mark.parametrize("cv", [None, 3])
def test_ways_to_name_a_metric(cv):
    """A name, a scorer, and a task scorer are one; R2 is what is scored anyway."""
    X, y = data()
    name = "neg_mean_absolute_error"
    models = [
        MultiTaskRidgeCV(ALPHAS, SHARINGS, cv=cv, random_state=0, scoring=scoring).fit(X, y)
        for scoring in (name, get_scorer(name), task_scorer(name), dict.fromkeys(y, name))
    ]
    for model in models[1:]:
        assert_array_equal(
            model.cv_results_["mean_test_score"], models[0].cv_results_["mean_test_score"]
        )
        assert_array_equal(numbers(model), numbers(models[0]))
    plain = MultiTaskRidgeCV(ALPHAS, SHARINGS, cv=cv, random_state=0).fit(X, y)
    for scoring in ("r2", "d2", task_scorer()):
        model = plain.__class__(ALPHAS, SHARINGS, cv=cv, random_state=0, scoring=scoring).fit(X, y)
        assert_allclose(model.cv_results_["mean_test_score"], plain.cv_results_["mean_test_score"])


def test_some_tasks_scored():
    """Tasks that are not named have no say and no column; their strengths are chosen all the same."""
    X, y = data()
    pinball = make_scorer(mean_pinball_loss, alpha=0.9, greater_is_better=False)
    model = MultiTaskRidgeCV(ALPHAS, SHARINGS, scoring={"days": pinball, "lab": "r2"}).fit(X, y)
    table = model.cv_results_
    assert "mean_test_cost" not in table and list(model.best_by_task_) == ["days", "lab"]
    assert_allclose(
        table["mean_test_score"], (table["mean_test_days"] + table["mean_test_lab"]) / 2
    )
    assert set(model.task_alphas_) == set(TASKS)


@pytest.mark.parametrize(
    "scoring, message",
    [
        ("roc_auc", "'roc_auc' does not fit task 'days', which is of type 'regression'"),
        ("mae", "'mae', asked for task 'days', is no metric"),
        ({"nobody": "r2"}, "scoring must name tasks of the model"),
        ({}, "scoring must name tasks of the model"),
        (3, "scoring of MultiTaskRidgeCV must be None.*got 3"),
    ],
    ids=str,
)
def test_errors(scoring, message):
    """What is no metric of numbers is named before anything is left out."""
    X, y = data()
    with pytest.raises(ValueError, match=message):
        MultiTaskRidgeCV(ALPHAS, SHARINGS, scoring=scoring).fit(X, y)


def test_one_label():
    """A task that no metric can speak of is left out of the mean."""
    X, y = data()
    y["lab"] = np.where(np.arange(len(X)) == 3, 1.0, np.nan)
    scoring = "neg_mean_absolute_error"
    model = MultiTaskRidgeCV(ALPHAS, SHARINGS, scoring=scoring).fit(X, y)
    assert np.isnan(model.cv_results_["mean_test_lab"]).all()
    assert np.isfinite(model.best_score_) and np.isnan(model.best_by_task_["lab"]["alpha"])
    assert model.task_alphas_["lab"] == model.alpha_
