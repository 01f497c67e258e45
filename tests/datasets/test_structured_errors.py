"""Tests of the errors of make_structured: they name the parameter, the rule and the value."""

import re

import pytest

from skmtl.datasets import make_structured

KINDS = {"los": "regression", "died": "binary", "stage": "multiclass"}


@pytest.mark.parametrize(
    "wrong, message",
    [
        (dict(n_samples=0), "n_samples must be an integer at least 1, got 0"),
        (dict(n_features=2.5), "n_features must be an integer at least 1, got 2.5"),
        (dict(n_tasks=0), "n_tasks must be an integer at least 1, got 0"),
        (dict(n_classes=2), "n_classes must be an integer at least 3, got 2"),
        (dict(task_types="ordinal"), "task_types of 'y0' must be one of ['regression', "),
        (dict(structure="trace"), "structure must be one of ['rows', 'low_rank', "),
        (dict(signs="learned"), "signs must be one of ['same', 'random'], got 'learned'"),
        (dict(return_truth=1), "return_truth must be True or False, got 1"),
        (dict(noise=-1), "noise must be a number finite and at least 0, got -1"),
        (dict(missing=1.0), "missing must be a number in [0, 1), got 1.0"),
        (
            dict(task_types=KINDS, noise={"died": 2.0}),
            "noise can be set for the tasks ['los'], got ['died']",
        ),
        (
            dict(task_types=KINDS, missing={"age": 0.1}),
            "missing can be set for the tasks ['los', 'died', 'stage'], got ['age']",
        ),
    ],
)
def test_data(wrong, message):
    """What all structures have."""
    with pytest.raises(ValueError, match=re.escape(message)):
        make_structured(**wrong)


@pytest.mark.parametrize(
    "structure, wrong, message",
    [
        ("rows", dict(n_informative=31), "n_informative must be an integer in [1, 30], got 31"),
        ("dirty", dict(n_informative=0), "n_informative must be an integer in [1, 30], got 0"),
        (
            "dirty",
            dict(n_informative=20, n_specific=11),
            "n_specific must be an integer in [0, 10], got 11",
        ),
        ("low_rank", dict(rank=11), "rank must be an integer in [1, 10], got 11"),
        ("low_rank", dict(rank=5, task_types=KINDS), "rank must be an integer in [1, 4], got 5"),
        ("clusters", dict(n_clusters=True), "n_clusters must be an integer in [1, 10], got True"),
        ("clusters", dict(relatedness=1.5), "relatedness must be a number in [0, 1], got 1.5"),
        ("rows", dict(n_outliers=10), "n_outliers must be an integer in [0, 9], got 10"),
        ("drift", dict(relatedness="high"), "relatedness must be a number in [0, 1], got 'high'"),
        ("steps", dict(n_steps=10), "n_steps must be an integer in [0, 9], got 10"),
        ("rows", dict(rank=2), "rank must be None where structure='rows', got 2"),
        (
            "common",
            dict(n_clusters=1),
            "n_clusters must be None where structure='common', got 1",
        ),
    ],
)
def test_sizes(structure, wrong, message):
    """A size out of its range, or of another structure."""
    with pytest.raises(ValueError, match=re.escape(message)):
        make_structured(structure=structure, **wrong)
