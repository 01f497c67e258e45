"""Groups that targets carry: kept together unasked by all that makes folds or draws."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.model_selection import GridSearchCV, GroupKFold, KFold, cross_val_score

from skmtl import (
    MultiTaskGLMCV,
    MultiTaskLogisticRegressionCV,
    MultiTaskMLP,
    MultiTaskRidge,
    MultiTaskRidgeCV,
    TaskTargets,
)
from skmtl.compose import GatedTasks, StackedTasks
from skmtl.inspection import compare_sharing, task_affinity
from skmtl.metrics import task_scores
from skmtl.model_selection import TaskStratifiedKFold, cross_val_predict

pd = pytest.importorskip("pandas")


@pytest.fixture(scope="module")
def data():
    """Sixty patients with five visits, which a model can tell apart, but whose outcomes it cannot know."""
    rng = np.random.default_rng(0)
    patient = np.repeat(np.arange(60), 5)
    X = rng.normal(size=(60, 80))[patient] + 0.01 * rng.normal(size=(300, 80))
    columns = {t: rng.normal(size=60)[patient] + 0.1 * rng.normal(size=300) for t in "ab"}
    return X, columns, patient + 900000000000207000


def test_folds(data):
    """No fold splits a patient, whether groups are given or carried; others may be given."""
    X, columns, patient = data
    y = TaskTargets(columns, groups=patient)
    for targets, groups in (
        (y, None),
        (columns, patient),
        (columns, pd.Series(patient, dtype="Int64")),
    ):
        for train, test in TaskStratifiedKFold(5).split(X, targets, groups):
            assert not np.isin(patient[test], patient[train]).any()
    with pytest.raises(ValueError, match="n_groups=60"):
        next(TaskStratifiedKFold(61).split(X, y))


def test_nested_cross_validation(data):
    """The inner folds keep patients together without being told."""
    X, columns, patient = data
    y = TaskTargets(columns, groups=patient)
    search = GridSearchCV(
        MultiTaskRidge(sharing=0.0),
        {"alpha": [1.0, 100.0, 1e4]},
        cv=TaskStratifiedKFold(5, shuffle=True, random_state=0),
    )
    assert cross_val_score(search, X, y, groups=patient, cv=GroupKFold(5)).mean() > -0.2


@pytest.mark.parametrize(
    "model",
    [
        MultiTaskRidgeCV(),
        MultiTaskRidgeCV(cv=3),
        MultiTaskGLMCV(cv=3),
        GatedTasks(MultiTaskRidge(), cv=3),
        StackedTasks(MultiTaskRidge(), cv=3),
        MultiTaskMLP(max_iter=2, n_members=2, hidden_layer_sizes=(2,), random_state=0),
    ],
    ids=lambda model: type(model).__name__,
)
def test_estimators(data, model, monkeypatch):
    """Every estimator that makes folds makes those of the carried groups."""
    X, columns, patient = data
    seen = []
    split = TaskStratifiedKFold.split

    def watched(self, X, y=None, groups=None):
        for train, test in split(self, X, y, groups):
            seen.append(len(train) + len(test))
            assert not np.isin(y.groups[test], y.groups[train]).any()
            yield train, test

    monkeypatch.setattr(TaskStratifiedKFold, "split", watched)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(X, TaskTargets(columns, groups=patient))
    assert seen


def test_leaving_out_visits_leaks(data):
    """With groups the ridge does not trust what a patient's other visits say."""
    X, columns, patient = data
    plain = MultiTaskRidgeCV().fit(X, columns).alpha_
    assert MultiTaskRidgeCV().fit(X, TaskTargets(columns, groups=patient)).alpha_ > 100 * plain


def test_predictions_and_draws(data):
    """Out-of-fold predictions, comparisons, affinities and bootstraps are those with groups given."""
    X, columns, patient = data
    y = TaskTargets(columns, groups=patient)
    found = cross_val_predict(MultiTaskRidge(), X, y)
    assert found == cross_val_predict(MultiTaskRidge(), X, columns, groups=patient)
    draws = {"n_bootstraps": 20, "random_state": 0, "metrics": "d2"}
    table = task_scores(y, found, **draws)
    for groups in (patient, patient.astype(object), pd.Series(patient, dtype="Int64")):
        pd.testing.assert_frame_equal(task_scores(columns, found, groups=groups, **draws), table)
    affinity = {"cv": 4, "n_repeats": 2, "random_state": 0}
    pd.testing.assert_frame_equal(
        task_affinity(X, y, **affinity).correlation,
        task_affinity(X, columns, groups=patient, **affinity).correlation,
    )
    options = {"cv": 2, "n_repeats": 1, "random_state": 0}
    carried = compare_sharing(MultiTaskRidge(), X, y, **options)
    given = compare_sharing(MultiTaskRidge(), X, columns, groups=patient, **options)
    for name, scores in carried.scores.items():
        assert_array_equal(scores, given.scores[name])


def test_splitters_that_split_groups(data):
    """Folds of the user's own that put a patient on both sides are warned of."""
    X, columns, patient = data
    y = TaskTargets(columns, groups=patient)
    folds = list(KFold(3).split(X))
    folds[0] = (np.append(folds[0][0], 0), folds[0][1][1:])
    for fit in (
        lambda: MultiTaskRidgeCV(cv=folds).fit(X, y),
        lambda: GatedTasks(MultiTaskRidge(), cv=list(KFold(7).split(X))).fit(X, y),
        lambda: cross_val_predict(MultiTaskRidge(), X, y, cv=list(KFold(7).split(X))),
    ):
        with pytest.warns(UserWarning, match="groups into the training rows and the test rows"):
            fit()


def test_classes(data):
    """Classifiers with cross-validation, under the unit of patients."""
    X, columns, patient = data
    y = TaskTargets({"ill": columns["a"] > 0}, groups=patient)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = MultiTaskLogisticRegressionCV(cv=3).fit(X[:, :5], y)
    assert np.isfinite(model.best_score_)
