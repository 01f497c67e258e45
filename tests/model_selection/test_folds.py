"""Folds that every tool of the package takes from users, and refuses."""

import numpy as np
import pytest
from sklearn.model_selection import (
    GridSearchCV,
    KFold,
    RepeatedStratifiedKFold,
    ShuffleSplit,
    StratifiedGroupKFold,
    StratifiedKFold,
    StratifiedShuffleSplit,
    TimeSeriesSplit,
)

from skmtl import (
    GatedTasks,
    IndependentTasks,
    MultiTaskGLM,
    MultiTaskGLMCV,
    MultiTaskLogisticRegressionCV,
    MultiTaskMLP,
    MultiTaskRidge,
    MultiTaskRidgeCV,
    StackedTasks,
    TaskTargets,
)
from skmtl.inspection import compare_sharing, task_affinity
from skmtl.model_selection import cross_val_predict
from skmtl.model_selection._folds import check_rows

N = 60
FIRST, LAST = np.arange(30), np.arange(30, N)


def small():
    return MultiTaskMLP(4, n_members=2, max_iter=2, n_iter_no_change=1, random_state=0)


TAKE_FOLDS = {
    "MultiTaskRidgeCV": lambda cv, X, y: MultiTaskRidgeCV([1.0, 2.0], cv=cv).fit(X, y),
    "MultiTaskGLMCV": lambda cv, X, y: MultiTaskGLMCV(alphas=2, cv=cv).fit(X, y),
    "MultiTaskLogisticRegressionCV": lambda cv, X, y: MultiTaskLogisticRegressionCV(
        Cs=2, cv=cv
    ).fit(X, y),
    "MultiTaskMLP": lambda cv, X, y: small().set_params(cv=cv).fit(X, y),
    "StackedTasks": lambda cv, X, y: StackedTasks(cv=cv).fit(X, y),
    "StackedTasks in a chain": lambda cv, X, y: StackedTasks(cv=cv, order="random").fit(X, y),
    "GatedTasks": lambda cv, X, y: GatedTasks(cv=cv).fit(X, y),
    "cross_val_predict": lambda cv, X, y: cross_val_predict(MultiTaskGLM(), X, y, cv=cv),
    "compare_sharing": lambda cv, X, y: compare_sharing(MultiTaskGLM(), X, y, cv=cv),
    "task_affinity": lambda cv, X, y: task_affinity(X, y, cv=cv),
}
OF_NUMBERS = ("MultiTaskRidgeCV",)
OF_SEVERAL_TASKS = ("task_affinity",)


@pytest.fixture
def classes(rng):
    """Inputs, and two tasks with classes."""
    X = rng.normal(size=(N, 3))
    z = X @ [1.0, -1.0, 0.5] + rng.normal(size=N)
    return X, {"a": (z > 0).astype(int), "b": (z + X[:, 0] > 0).astype(int)}


LEAKS = {
    "a row on both sides": [(np.arange(31), LAST), (LAST, FIRST)],
    "masks": [(np.arange(N) < 31, np.arange(N) >= 30), (LAST, FIRST)],
    "all rows in training": [(np.arange(N), FIRST), (np.arange(N), LAST)],
    "the last row named from behind": [(np.r_[FIRST, -1], LAST), (LAST, FIRST)],
}


@pytest.mark.parametrize("leak", LEAKS)
@pytest.mark.parametrize("tool", TAKE_FOLDS)
def test_folds_do_not_train_on_what_they_test(tool, leak, classes):
    with pytest.raises(ValueError, match=r"cv must not test rows that were trained|positions in"):
        TAKE_FOLDS[tool](LEAKS[leak], *classes)


@pytest.mark.parametrize("tool", TAKE_FOLDS)
def test_no_fold_is_no_cross_validation(tool, classes):
    with pytest.raises(ValueError, match=r"cv must have at least .* fold.*, got none"):
        TAKE_FOLDS[tool]([], *classes)


@pytest.mark.parametrize(
    ("folds", "match"),
    [
        ([(FIRST, [])], "test rows of fold 0 of cv must be one row or more"),
        ([([], FIRST)], "training rows of fold 0 of cv must be one row or more"),
        ([(FIRST, [N])], r"test rows of fold 0 of cv must be positions in \[0, 60\), got 60"),
        ([(FIRST, [0.5])], "test rows of fold 0 of cv must be positions or a mask of 60"),
        ([(FIRST, [True, False])], "must be positions or a mask of 60, got bool"),
        ([(FIRST, np.zeros(N, bool))], r"positions in \[0, 60\), got none"),
    ],
)
def test_check_rows_names_the_fold_and_the_rule(folds, match):
    with pytest.raises(ValueError, match=match):
        check_rows(folds, N)


def test_check_rows_takes_masks_and_positions():
    ((train, test),) = check_rows([(np.arange(N) < 30, LAST.tolist())], N)
    np.testing.assert_array_equal(train, FIRST)
    np.testing.assert_array_equal(test, LAST)


STRATIFIED = [
    StratifiedKFold(3),
    RepeatedStratifiedKFold(n_splits=3, n_repeats=1, random_state=0),
    StratifiedShuffleSplit(3, random_state=0),
]


@pytest.mark.parametrize("gap", [False, True], ids=["all known", "some missing"])
@pytest.mark.parametrize("splitter", STRATIFIED, ids=lambda s: type(s).__name__)
@pytest.mark.parametrize("tool", [t for t in TAKE_FOLDS if t not in OF_NUMBERS + OF_SEVERAL_TASKS])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_one_task_of_classes_is_stratified_by_scikit_learn(tool, splitter, gap, classes):
    X, y = classes
    partition = tool in (
        "StackedTasks",
        "StackedTasks in a chain",
        "GatedTasks",
        "cross_val_predict",
    )
    if partition and isinstance(splitter, StratifiedShuffleSplit):
        pytest.skip("each row must be tested once")
    died = np.where(y["a"], "yes", "no").astype(object)
    if gap:
        died[:9] = None
    TAKE_FOLDS[tool](splitter, X, {"died": died})


@pytest.mark.parametrize("tool", TAKE_FOLDS)
def test_several_tasks_are_told_what_stratifies_them(tool, classes):
    with pytest.raises(ValueError, match="TaskStratifiedKFold balances folds in all tasks"):
        TAKE_FOLDS[tool](StratifiedKFold(3), *classes)


def test_one_task_of_classes_and_groups(classes):
    X, y = classes
    groups = np.arange(N) // 2
    cv = StratifiedGroupKFold(3)
    found = cross_val_predict(MultiTaskGLM(), X, {"a": y["a"]}, cv=cv, groups=groups)
    splits = list(cv.split(X, y["a"], groups))
    np.testing.assert_array_equal(
        found["a"], cross_val_predict(MultiTaskGLM(), X, {"a": y["a"]}, cv=splits)["a"]
    )


def test_searches_of_scikit_learn_stratify_one_task(classes):
    X, y = classes
    targets = TaskTargets({"a": y["a"]})
    search = GridSearchCV(MultiTaskGLM(), {"max_iter": [100]}, cv=StratifiedKFold(3))
    by_hand = GridSearchCV(
        MultiTaskGLM(), {"max_iter": [100]}, cv=list(StratifiedKFold(3).split(X, y["a"]))
    )
    assert search.fit(X, targets).best_score_ == by_hand.fit(X, targets).best_score_


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("tool", ["MultiTaskMLP", "task_affinity"])
def test_tools_that_train_on_all_other_rows_warn_of_folds_that_do_not(tool, classes):
    folds = list(KFold(5).split(classes[0]))
    in_time = [
        (np.arange(test[0]), test) if k else (train, test) for k, (train, test) in enumerate(folds)
    ]
    with pytest.warns(UserWarning, match=r"but folds \[1, 2, 3\] leave others out"):
        TAKE_FOLDS[tool](in_time, *classes)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("cv", [TimeSeriesSplit(4), ShuffleSplit(2, test_size=5, train_size=20)])
def test_networks_warn_of_time_series(cv, classes):
    with pytest.warns(UserWarning, match="only the test rows of cv are used"):
        TAKE_FOLDS["MultiTaskMLP"](cv, *classes)


def test_independent_tasks_know_nothing_of_folds(classes):
    cross_val_predict(IndependentTasks(), *classes, cv=KFold(3))
    cross_val_predict(MultiTaskRidge(), classes[0], classes[1], cv=KFold(3))
