"""Tasks taken from, and put into, targets that know their types."""

import numpy as np
import pandas as pd
import pytest

from skmtl import TaskTargets


@pytest.fixture
def y():
    """A task of three classes, one of whole numbers declared to be counts, one of numbers."""
    columns = {
        "stage": ["I", "II", "III", "I"],
        "visits": [0, 1, 2, 3],
        "days": [1.0, 2.5, 3.0, 4.0],
    }
    return TaskTargets(columns, task_types={"visits": "count"})


def test_hiding_labels_keeps_types_and_classes(y):
    """Labels set to missing are missing labels, not another task."""
    y["stage"] = np.where([True, True, False, False], y["stage"], None)
    y["visits"] = np.where([True, True, False, False], y["visits"], np.nan)
    assert y.task_types == {"stage": "multiclass", "visits": "count", "days": "regression"}
    assert list(y.classes["stage"]) == ["I", "II", "III"]
    assert y.observed("visits").tolist() == [True, True, False, False]
    y["days"] = [None] * 4
    assert y.task_types["days"] == "regression" and not y.observed("days").any()


def test_other_labels_are_another_task(y):
    """What does not fit the known classes is read afresh."""
    y["stage"] = ["a", "b", "a", "b"]
    assert y.task_types["stage"] == "binary" and list(y.classes["stage"]) == ["a", "b"]
    y["days"] = ["x", "y", "z", "x"]
    assert y.task_types["days"] == "multiclass"


def test_new_task_keeps_its_categories(y):
    """Categories that no sample has are classes."""
    y["grade"] = pd.Series(pd.Categorical([1, 2, 1, 2], categories=[3, 1, 2]))
    assert y.task_types["grade"] == "multiclass" and y.classes["grade"].tolist() == [1, 2, 3]


def test_select(y):
    """Some tasks, in the order asked for, as they were."""
    some = y.select(["visits", "stage"])
    assert some.tasks == ("visits", "stage") and some.task_types["visits"] == "count"
    with pytest.raises(KeyError, match="lab"):
        y.select(["lab"])
