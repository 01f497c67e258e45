"""Targets of tasks that are known already, or whose classes are named."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skmtl import TaskTargets
from skmtl.tasks import as_declared, as_known, with_classes

DIED = np.array(["no", "yes", None, "no"], dtype=object)
DAYS = np.array([3.0, np.nan, 9.5, 4.0])
CODES = np.array([1.0, 2.0, np.nan, 1.0])


def settled(classes, y, types="auto"):
    """Return the targets with these classes, and who was declared."""
    return with_classes(classes, as_declared(types))(TaskTargets(y))


def test_no_classes():
    """Then all is as it would be."""
    targets, declared = settled(None, {"died": DIED, "days": DAYS}, {"days": "regression"})
    assert targets.task_types == {"died": "binary", "days": "regression"}
    assert declared == {"days"}


def test_classes_by_task():
    """Named classes are all there, in order, also those that no label has yet."""
    targets, _ = settled({"died": ["yes", "no", "maybe"]}, {"died": DIED, "days": DAYS})
    assert targets.task_types == {"died": "multiclass", "days": "regression"}
    assert_array_equal(targets.classes["died"], ["maybe", "no", "yes"])
    assert_array_equal(targets["died"], DIED)
    targets, _ = settled({"died": np.array(["no", "yes"])}, {"died": DIED})
    assert targets.task_types == {"died": "binary"}


def test_classes_of_the_only_task():
    """They need no name."""
    targets, _ = settled([1, 2, 3], {"stage": CODES})
    assert targets.task_types == {"stage": "multiclass"}
    assert_array_equal(targets.classes["stage"], [1, 2, 3])


def test_one_label_so_far():
    """A part may hold one class, or none."""
    for column in (np.array(["no", None], object), np.array([None, None], object)):
        targets, _ = settled({"died": ["no", "yes"]}, {"died": column, "days": DAYS[:2]})
        assert targets.task_types["died"] == "binary"
        assert_array_equal(targets.classes["died"], ["no", "yes"])


def test_slices_know_the_classes():
    """As of all TaskTargets."""
    targets, _ = settled({"died": ["no", "yes", "maybe"]}, {"died": DIED})
    assert targets[[0]].task_types == {"died": "multiclass"}


@pytest.mark.parametrize(
    "classes, said",
    [
        ({"other": [0, 1]}, "classes names tasks that y does not have.*'other'"),
        ({"died": []}, "classes of task 'died' must be labels"),
        ({"died": [0.5, 1.25]}, "'died'"),
        ({"died": ["no", "maybe"]}, "'died' has labels that are not among its classes"),
        ({"died": ["no"]}, "'died' has labels that are not among its classes"),
        ({"days": [1, 2]}, "'days' has labels that are not among its classes"),
    ],
    ids=str,
)
def test_classes_that_do_not_fit(classes, said):
    """The message names the task."""
    with pytest.raises(ValueError, match=said):
        settled(classes, {"died": DIED, "days": DAYS})


def known(types="auto"):
    """Return what is known after some rows."""
    first = TaskTargets({"died": DIED, "days": DAYS, "visits": CODES}, {"visits": "count"})
    return as_known(first._info)


def test_known_tasks():
    """Other rows, in another order, are of the same tasks; fewer labels change nothing."""
    y = {"visits": [0.0, 7.0], "days": [np.nan, np.nan], "died": np.array(["yes", None], object)}
    targets, declared = known()(TaskTargets(y))
    assert list(targets) == ["died", "days", "visits"] and declared == set(targets)
    assert targets.task_types == {"died": "binary", "days": "regression", "visits": "count"}
    assert_array_equal(targets.classes["died"], ["no", "yes"])
    assert_array_equal(targets["visits"], [0.0, 7.0])


def test_known_by_position():
    """Where columns have no names of their own, the first is the first."""
    first = TaskTargets({"a": DAYS, "b": [1.0, 2.5, 3.0, 4.0]})
    targets, _ = as_known(first._info)(TaskTargets({"a": [1.0], "b": [2.0]}))
    assert list(targets) == ["a", "b"]


NUMBERS = {"died": DIED, "days": DAYS, "visits": CODES}


@pytest.mark.parametrize(
    "changed, said",
    [
        ({"died": np.array(["no", "maybe", None, "no"], object)}, "'died' must be among"),
        ({"died": DAYS}, "'died' must be among"),
        ({"days": DIED}, "'days' must be numbers"),
        ({"visits": DIED}, "'visits' must be"),
        ({"visits": -CODES}, "'visits'.*negative"),
        ({"other": DAYS}, "y must have the tasks of the model"),
    ],
    ids=["new class", "numbers", "labels", "labels of a count", "negative", "another task"],
)
def test_what_is_not_known(changed, said):
    """Refused by name."""
    with pytest.raises(ValueError, match=said):
        known()(TaskTargets(NUMBERS | changed))


def test_tasks_that_are_not_there():
    """All tasks must come."""
    with pytest.raises(ValueError, match="y must have the tasks of the model"):
        known()(TaskTargets({"days": DAYS}))
