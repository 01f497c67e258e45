"""Labels most of which are different: scikit-learn's warning, once per fit, with the task named."""

import warnings

import numpy as np
import pytest

from skmtl import (
    GatedTasks,
    IndependentTasks,
    MultiTaskGLM,
    MultiTaskGLMCV,
    MultiTaskLogisticRegression,
    MultiTaskMLP,
    NewTask,
    StackedTasks,
    TaskPerGroupClassifier,
    TaskTargets,
)
from skmtl.inspection import task_affinity

pd = pytest.importorskip("pandas")
FEW = {"max_iter": 1}
LABELS = MultiTaskLogisticRegression(**FEW)
MODELS = {
    "MultiTaskGLM": MultiTaskGLM(**FEW),
    "MultiTaskLogisticRegression": LABELS,
    "MultiTaskGLMCV": MultiTaskGLMCV(alphas=2, cv=2, **FEW),
    "MultiTaskMLP": MultiTaskMLP(2, n_members=2, random_state=0, **FEW),
    "IndependentTasks": IndependentTasks(LABELS),
    "StackedTasks": StackedTasks(IndependentTasks(LABELS), cv=2),
    "GatedTasks": GatedTasks(MultiTaskGLM(**FEW), cv=2),
    "NewTask": NewTask(),
}


@pytest.fixture
def data(rng):
    """Inputs, and numbers that are strings for the sake of one that is censored."""
    X = rng.normal(size=(40, 2))
    return X, np.array(["<-0.77", *(f"{value:.3f}" for value in X[1:, 0])])


def told(call):
    """Return what is said of classes."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    return [str(w.message) for w in caught if "unique classes" in str(w.message)]


@pytest.mark.parametrize("name", MODELS)
def test_numbers_as_strings(name, data):
    X, numbers = data
    y = {"logS": numbers, "ill": np.where(X[:, 1] > 0, "yes", "no")}
    for container in (y, pd.DataFrame(y)):
        said = told(lambda c=container: MODELS[name].fit(X, c))
        assert len(said) == 1
        assert "greater than 50% of the number of samples: task 'logS' could" in said[0]
        assert "numbers, written as strings" in said[0] and "such as '<-0.77'" in said[0]
    targets = []
    assert len(told(lambda: targets.append(TaskTargets(y)))) == 1
    assert not told(lambda: MODELS[name].fit(X, targets[0]))


def test_one_outcome(data):
    X, numbers = data
    assert len(told(lambda: MultiTaskGLM(**FEW).fit(X, numbers))) == 1
    by_group = TaskPerGroupClassifier(MultiTaskLogisticRegression(signs="same", **FEW))
    assert len(told(lambda: by_group.fit(X, numbers))) == 1
    codes = np.arange(40)
    said = told(lambda: LABELS.fit(X, {"code": codes}))
    assert len(said) == 1 and "task 'code'" in said[0] and "strings" not in said[0]
    assert len(told(lambda: by_group.fit(X, codes))) == 1


def test_where_nothing_is_said(data):
    """Of few labels, categories without a label, classes that are known, and targets that were read before."""
    X, numbers = data
    unused = pd.Categorical(["a", "b"] * 20, [*"abc", *map(str, range(100))])
    few = [f"{number}" for number in range(20)]
    half = [f"{number}" for number in range(20)] * 2
    for column in (unused, few, half):
        assert not told(lambda c=column: TaskTargets({"stage": c}))
    network, classes = MultiTaskMLP(2, n_members=2), {"logS": np.unique(numbers)}
    assert not told(lambda: network.partial_fit(X, {"logS": numbers}, classes))
    assert not told(lambda: network.partial_fit(X, {"logS": numbers}))


def test_missing_labels_do_not_count(data):
    _, numbers = data
    numbers = numbers.astype(object)
    numbers[:10] = None
    assert told(lambda: TaskTargets({"logS": np.r_[numbers, numbers[-9:], [None] * 100]}))
    assert not told(lambda: TaskTargets({"logS": np.r_[numbers, numbers]}))


def test_affinity_says_it_once(data):
    X, numbers = data
    y = {"logS": numbers, "days": X[:, 1]}
    assert len(told(lambda: task_affinity(X, y))) == 1
