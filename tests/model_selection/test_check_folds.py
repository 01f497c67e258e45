"""One rule for what cv may be, in all estimators and functions that take it."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.model_selection import GroupKFold

from skmtl import (
    GatedTasks,
    MultiTaskGLM,
    MultiTaskGLMCV,
    MultiTaskLogisticRegressionCV,
    MultiTaskMLP,
    MultiTaskRidgeCV,
    StackedTasks,
)
from skmtl.inspection import compare_sharing, task_affinity
from skmtl.model_selection import TaskStratifiedKFold, check_folds, cross_val_predict

ESTIMATORS = [
    GatedTasks(MultiTaskGLM(), cv=3),
    StackedTasks(MultiTaskGLM(), cv=3),
    MultiTaskGLMCV(alphas=2, cv=3),
    MultiTaskLogisticRegressionCV(Cs=2, cv=3),
    MultiTaskRidgeCV(cv=3),
    MultiTaskMLP(hidden_layer_sizes=(2,), cv=3, n_members=3, max_iter=2, random_state=0),
]
FUNCTIONS = {
    "cross_val_predict": lambda X, y, groups: cross_val_predict(
        MultiTaskGLM(), X, y, groups=groups, cv=3
    ),
    "compare_sharing": lambda X, y, groups: compare_sharing(
        MultiTaskGLM(), X, y, groups=groups, cv=3, n_repeats=1
    ),
    "task_affinity": lambda X, y, groups: task_affinity(X, y, groups=groups, cv=4),
}


@pytest.fixture
def visits(rng):
    """Return inputs, two outcomes and the patients of visits, which follow each other."""
    X = rng.normal(size=(60, 2))
    y = {"ill": 1 * (X[:, 0] > 0), "worse": 1 * (X[:, 1] + rng.normal(size=60) > 0)}
    return X, y, np.repeat(np.arange(20), 3)


@pytest.fixture
def splits(monkeypatch):
    """Return the splitters that are asked for folds of groups, as they are asked."""
    asked = []
    split = TaskStratifiedKFold.split

    def spy(self, X, y=None, groups=None):
        asked.append((self, groups))
        return split(self, X, y, groups)

    monkeypatch.setattr(TaskStratifiedKFold, "split", spy)
    return asked


@pytest.mark.parametrize("model", ESTIMATORS, ids=lambda model: type(model).__name__)
def test_an_integer_keeps_groups_together(model, visits, splits):
    """It is so many folds that are alike in all tasks; a warning that groups are split would be an error."""
    X, y, groups = visits
    model.fit(X, y, groups=groups)
    splitter, given = splits[0]
    assert splitter.n_splits == 3 and len(set(given)) == 20
    assert splitter.shuffle == (
        "random_state" in model.get_params() and not isinstance(model, StackedTasks)
    )


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_an_integer_keeps_groups_together_in_functions(function, visits, splits):
    function(*visits)
    splitter, given = splits[0]
    assert splitter.n_splits in (3, 4) and len(set(given)) == 20


def test_the_default(rng):
    X, y = np.zeros((40, 1)), {"y": rng.normal(size=40)}
    for cv in (None, 5):
        for ours, wanted in (
            (check_folds(cv), TaskStratifiedKFold(5)),
            (
                check_folds(cv, shuffle=True, random_state=3),
                TaskStratifiedKFold(5, shuffle=True, random_state=3),
            ),
        ):
            for fold, other in zip(ours.split(X, y), wanted.split(X, y), strict=True):
                assert_array_equal(fold[1], other[1])
    assert check_folds(None, n_splits=10).n_splits == 10


def test_splitters_stay_as_they_are():
    splitter = GroupKFold(3)
    assert check_folds(splitter, shuffle=True, random_state=0) is splitter


@pytest.mark.parametrize("cv", [1, True, 2.0, "five", {1: 2}])
def test_what_makes_no_folds(cv):
    with pytest.raises(ValueError, match="cv must be None, an integer of at least 2"):
        check_folds(cv)
