"""Tests of the errors of make_multitask: they name the parameter, the rule and the value."""

import re

import numpy as np
import pytest

from skmtl.datasets import make_multitask

KINDS = {"los": "regression", "died": "binary"}


@pytest.mark.parametrize(
    "wrong, message",
    [
        (dict(n_samples=0), "n_samples must be an integer at least 1, got 0"),
        (dict(n_samples=True), "n_samples must be an integer at least 1, got True"),
        (dict(n_features=2.5), "n_features must be an integer at least 1, got 2.5"),
        (dict(n_informative=21), "n_informative must be an integer in [1, 20], got 21"),
        (dict(n_classes=2), "n_classes must be an integer at least 3, got 2"),
        (dict(relatedness=1.5), "relatedness must be a number in [0, 1], got 1.5"),
        (dict(relatedness="high"), "relatedness must be a number in [0, 1], got 'high'"),
        (dict(relatedness=np.nan), "relatedness must be a number in [0, 1], got nan"),
        (dict(signs="learned"), "signs must be one of ['same', 'random'], got 'learned'"),
        (dict(return_truth=1), "return_truth must be True or False, got 1"),
        (dict(noise=-1), "noise must be a number finite and at least 0, got -1"),
        (dict(scales=0), "scales must be a number finite and above 0, got 0"),
        (dict(scales=np.inf), "scales must be a number finite and above 0, got inf"),
        (dict(missing=1.0), "missing must be a number in [0, 1), got 1.0"),
        (dict(missing={"died": 2}), "missing of task 'died' must be a number in [0, 1), got 2"),
        (
            dict(missing={"age": 0.1}),
            "missing can be set for the tasks ['los', 'died'], got ['age']",
        ),
        (dict(scales={"died": 2.0}), "scales can be set for the tasks ['los'], got ['died']"),
        (dict(noise={"died": 2.0}), "noise can be set for the tasks ['los'], got ['died']"),
        (dict(missing=[0.1]), "missing must hold one number for each of the 2 tasks, got [0.1]"),
        (dict(missing="some"), "missing must be a number in [0, 1), got 'some'"),
    ],
)
def test_numbers(wrong, message):
    """A number out of its range."""
    with pytest.raises(ValueError, match=re.escape(message)):
        make_multitask(task_types=KINDS, **wrong)


@pytest.mark.parametrize(
    "wrong, message",
    [
        (dict(n_tasks=0), "n_tasks must be an integer at least 1, got 0"),
        (dict(task_types="ordinal"), "task_types of 'y0' must be one of ['regression', "),
        (dict(task_types={"age": "ordinal"}), "task_types of 'age' must be one of ['regression', "),
        (dict(task_types=[]), "task_types must be a type, or a sequence or dict of types, got []"),
        (dict(task_types=3), "task_types must be a type, or a sequence or dict of types, got 3"),
        (
            dict(n_tasks=3, task_types=KINDS),
            "n_tasks must be the number of task_types, 2, or None, got 3",
        ),
    ],
)
def test_tasks(wrong, message):
    """Types that are none, or do not fit the number of tasks."""
    with pytest.raises(ValueError, match=re.escape(message)):
        make_multitask(**wrong)
