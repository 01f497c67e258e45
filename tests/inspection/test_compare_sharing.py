"""Joint against separate models: the folds, the scores, and what is found."""

import numpy as np
import pandas as pd
import pytest
from joblib import parallel_config
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.metrics import r2_score
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmtl import (
    IndependentTasks,
    MultiTaskGLM,
    MultiTaskLogisticRegression,
    MultiTaskRidge,
    TaskTargets,
)
from skmtl.datasets import make_multitask
from skmtl.inspection import compare_sharing
from skmtl.inspection._sharing_folds import nested

SEPARATE = MultiTaskRidge(10.0, sharing=0.0)


@pytest.fixture
def data():
    """Four tasks, the last of which is the opposite of the others."""
    X, y = make_multitask(150, 20, n_tasks=4, relatedness=0.95, missing=0.3, random_state=0)
    y["y3"] = -y["y3"]
    return X, y


def test_the_same_model_gains_nothing(data):
    """Differences are exactly zero, of what is the same up to rounding too."""
    found = compare_sharing(MultiTaskRidge(), *data, separate=MultiTaskRidge(), n_repeats=1)
    for row in found.gains() + compare_sharing(SEPARATE, *data, n_repeats=1).gains():
        assert (row.difference, row.standard_error, row.low, row.high) == (0.0,) * 4
        assert (row.p_value, row.folds_won, row.verdict) == (1.0, 0.5, "no evidence")


def test_scores_are_those_of_the_folds(data):
    """They are what fitting and scoring by hand gives, on the same folds for all models."""
    X, y = data
    folds = list(KFold(3).split(X))
    models = {
        "joint": MultiTaskRidge(5.0, 0.7),
        "separate": SEPARATE,
        "pooled": MultiTaskRidge(1.0, 1.0),
    }
    others = {name: models[name] for name in ("separate", "pooled")}
    found = compare_sharing(models["joint"], X, y, **others, cv=iter(folds))
    for name, model in models.items():
        for j, (train, test) in enumerate(folds):
            said = model.fit(X[train], y[train]).predict(X[test])
            for t, task in enumerate(y):
                known = y.observed(task)[test]
                score = r2_score(y[task][test][known], said[task][known])
                assert_allclose(found.scores[name][0, j, t], score)
                assert found.n_test_labels[j, t] == known.sum()
                assert (
                    found.n_train_labels[0, j, t]
                    == found.n_fold_labels[j, t]
                    == y.observed(task)[train].sum()
                )
    assert found.others == ("separate", "pooled")
    frame = found.frame()
    assert list(frame.index) == 2 * list(y) and set(frame["against"]) == set(found.others)
    assert found.gains("pooled")[1].other == frame["other"].iloc[5]


def test_the_task_that_sharing_spoils_is_found(data):
    joint = MultiTaskRidge(10.0, sharing=0.95, signs="same")
    found = compare_sharing(joint, *data, random_state=0)
    said = {row.task: row.verdict for row in found.gains()}
    assert said["y3"] == "hurts" and "hurts" not in [said[t] for t in ("y0", "y1", "y2")]
    assert "hurts y3" in repr(found) and "25 folds" in repr(found)


def test_separate_is_the_joint_model_of_each_task_alone(data):
    X, y = data
    found = compare_sharing(MultiTaskRidge(10.0, 0.5), X, y, n_repeats=1, random_state=3)
    again = compare_sharing(SEPARATE, X, y, separate=SEPARATE, n_repeats=1, random_state=3)
    assert_allclose(found.scores["separate"], again.scores["joint"], atol=1e-7)


def test_jobs_and_seeds(data):
    options = {"n_repeats": 2, "train_sizes": [0.5, 1.0]}
    with parallel_config("threading"):
        one, two = (
            compare_sharing(MultiTaskRidge(), *data, **options, random_state=1, n_jobs=n)
            for n in (1, 2)
        )
    pd.testing.assert_frame_equal(one.frame(), two.frame())
    other = compare_sharing(MultiTaskRidge(), *data, **options, random_state=2)
    assert not np.allclose(one.scores["joint"], other.scores["joint"])


def test_train_sizes_are_nested_and_keep_groups_whole(rng):
    groups = rng.integers(12, size=100)
    train = rng.permutation(100)[:80]
    for of in (None, groups):
        small, large, whole = nested(train, [0.25, 60, 80], of, np.random.RandomState(0))
        assert set(small) < set(large) < set(whole) == set(train)
        assert len(small) <= 20 and len(large) <= 60
    assert all(set(train[groups[train] == g]) <= set(small) for g in np.unique(groups[small]))


def test_learning_curves_count_labels(data):
    X, y = data
    found = compare_sharing(
        MultiTaskRidge(), X, y, cv=5, n_repeats=1, train_sizes=[0.5, 1.0], random_state=0
    )
    assert_array_equal(found.train_sizes, [60.0, 120.0])
    whole = compare_sharing(MultiTaskRidge(), X, y, cv=5, n_repeats=1, random_state=0)
    assert_array_equal(found.scores["joint"][1], whole.scores["joint"][0])
    assert_allclose(found.gains()[0].n_labels, 0.8 * y.observed("y0").sum())
    assert (found.n_train_labels[0] < found.n_train_labels[1]).all()


def test_groups_are_never_split(data):
    """A model that knows its training rows finds none of the groups it is asked about."""
    X, y = data
    groups = np.arange(150) // 5
    X = np.column_stack([X, groups])

    class Watching(StandardScaler):
        def fit(self, X, y=None):
            self.seen_ = set(X[:, -1])
            return super().fit(X, y)

        def transform(self, X):
            is_training = set(X[:, -1]) == self.seen_
            assert is_training or self.seen_.isdisjoint(X[:, -1])
            return super().transform(X)

    compare_sharing(
        make_pipeline(Watching(), MultiTaskRidge()),
        X,
        y,
        separate=SEPARATE,
        groups=groups,
        n_repeats=1,
        train_sizes=[0.4, 1.0],
    )


def test_containers_pipelines_and_searches(data):
    X, y = data
    pipe = make_pipeline(StandardScaler(), MultiTaskRidge())
    options = {"n_repeats": 1, "random_state": 0}
    wanted = compare_sharing(pipe, X, y, **options).frame()
    frame = pd.DataFrame(dict(y))
    found = compare_sharing(pipe, pd.DataFrame(X).add_prefix("x"), frame, **options).frame()
    pd.testing.assert_frame_equal(found, wanted)
    pd.testing.assert_frame_equal(compare_sharing(pipe, X, dict(y), **options).frame(), wanted)
    search = GridSearchCV(MultiTaskRidge(), {"alpha": [1.0]}, cv=2)
    found = compare_sharing(search, X, y, separate=pipe, **options)
    assert len(found.gains()) == 4 and not hasattr(search, "best_estimator_")


def test_an_integer_weight_of_zero_is_no_label(data):
    X, y = data
    weight = np.ones((150, 4))
    weight[:40, 1] = 0.0
    gone = TaskTargets({t: np.where(weight[:, k] > 0, y[t], np.nan) for k, t in enumerate(y)})
    options = {"cv": KFold(3), "separate": make_pipeline(StandardScaler(), SEPARATE)}
    found = compare_sharing(MultiTaskRidge(), X, y, sample_weight=weight, **options).frame()
    pd.testing.assert_frame_equal(
        found, compare_sharing(MultiTaskRidge(), X, gone, **options).frame()
    )


def test_metrics_by_task_of_mixed_types():
    """Only the tasks that are named are compared; a fold without a class has no area under a curve."""
    types = {"died": "binary", "days": "regression", "visits": "count"}
    X, y = make_multitask(60, 4, task_types=types, random_state=0)
    folds = [
        (np.arange(20, 60), np.flatnonzero(y["died"][:20] == 0)),
        (np.arange(40), np.arange(40, 60)),
    ]
    metrics = {"died": "roc_auc", "days": "neg_mean_absolute_error"}
    found = compare_sharing(MultiTaskGLM(), X, y, metrics=metrics, cv=folds)
    assert list(found.frame()["n_folds"]) == [1, 2] and found.tasks == ("died", "days")
    assert found.gains()[0].verdict == "no evidence"


@pytest.mark.parametrize(
    "options, message",
    [
        ({"cv": [(np.arange(9), np.arange(9, 12))]}, "cv must have at least 2 folds, got 1"),
        ({"cv": 2 * [(np.arange(9), np.arange(8, 12))]}, "cv must not test rows"),
        ({"n_repeats": 0}, r"n_repeats must be an integer in \[1, inf\), got 0"),
        ({"confidence_level": 95}, r"confidence_level must be a number in \(0, 1\), got 95"),
        ({"adjustment": "bonferroni"}, "adjustment must be one of .*, got 'bonferroni'"),
        ({"train_sizes": [1.5]}, r"train_sizes must be fractions .* got 1.5"),
        ({"train_sizes": [1]}, r"integers in \[2, 1\d\d\], the smallest training set, got 1"),
        ({"train_sizes": [0.5, 20]}, "train_sizes must be all fractions or all integers"),
        ({"train_sizes": []}, "train_sizes must be all fractions or all integers"),
        ({"metrics": {"y9": "r2"}}, "y9"),
        ({"metrics": "accuracy"}, "metric 'accuracy' does not fit task 'y0'"),
        ({"separate": IndependentTasks(task_types="binary")}, "y0"),
        ({"groups": [1, 2]}, "inconsistent numbers of samples"),
    ],
)
def test_errors(data, options, message):
    with pytest.raises(ValueError, match=message):
        compare_sharing(MultiTaskRidge(), *data, **options)


def test_types_are_those_of_the_joint_model(rng):
    """Codes of classes are numbers to one model, and numbers are classes to another."""
    X = rng.standard_normal((60, 2))
    y = {"a": rng.integers(2, size=60), "b": rng.integers(25, size=60) % 3}
    for joint in (MultiTaskRidge(), MultiTaskLogisticRegression()):
        found = compare_sharing(joint, X, y, n_repeats=1)
        assert [row.n_folds for row in found.gains()] == [5, 5]


def test_models_must_agree_on_types(rng):
    X = rng.standard_normal((40, 2))
    y = {"a": rng.integers(2, size=40)}
    with pytest.raises(
        ValueError, match="'a' is 'regression' of the joint .* 'binary' of the separate"
    ):
        compare_sharing(MultiTaskRidge(), X, y, separate=MultiTaskGLM())
