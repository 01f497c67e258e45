"""TaskStratifiedKFold of many samples, most of which are assigned in shards."""

import numpy as np
import pytest

from skmtl import TaskTargets
from skmtl.model_selection import TaskStratifiedKFold
from skmtl.model_selection._strata import strata


def outcomes(rng, n, n_tasks=10):
    """Binary, continuous and multiclass tasks, each in part without labels."""
    columns, types = {}, {}
    for t in range(n_tasks):
        kind = ("binary", "regression", "multiclass")[t % 3]
        column = {
            "binary": (rng.random(n) < rng.uniform(0.02, 0.5)).astype(float),
            "regression": rng.exponential(size=n),
            "multiclass": rng.choice(5, n, p=[0.5, 0.3, 0.15, 0.04, 0.01]).astype(float),
        }[kind]
        column[rng.random(n) < 0.1 * t] = np.nan
        columns[f"{kind}{t}"], types[f"{kind}{t}"] = column, kind
    return TaskTargets(columns, types)


def folds_of(y, n_splits, groups=None, **params):
    fold = np.empty(y.shape[0], dtype=int)
    for k, (_, test) in enumerate(TaskStratifiedKFold(n_splits, **params).split(None, y, groups)):
        fold[test] = k
    return fold


def deviations(y, fold, n_splits):
    """How far counts are from equal shares at most: of each class, quantile and missing label, and of samples."""
    labels = np.column_stack([strata(y, n_splits), np.full(len(fold), -1)])
    shape = (labels.max() + 2, n_splits)
    counts = np.zeros(shape)
    for label in labels.T:
        np.add.at(counts, (label, fold), 1)
    return abs(counts - counts.mean(axis=1, keepdims=True)).max(axis=1)


@pytest.mark.parametrize("is_sorted", [False, True])
@pytest.mark.parametrize("n_splits", [2, 5, 10])
@pytest.mark.parametrize("n", [1600, 20_000])
def test_counts_are_a_few_off_equal_shares(n, n_splits, is_sorted, rng):
    """Chance has them 40 to 100 off at 20 000 samples."""
    y = outcomes(rng, n)
    if is_sorted:
        y = y[np.lexsort([y["binary0"], y["binary3"]])]
    off = deviations(y, folds_of(y, n_splits), n_splits)
    assert off.max() <= 6 and off.mean() <= 1.6 and off[-1] <= 3


@pytest.mark.parametrize("seed", range(5))
def test_rare_classes_are_in_every_fold(seed):
    """As many labels as folds: one in each; more: the whole part of their share or more, and one at least."""
    rng = np.random.default_rng(seed)
    n, n_splits = 2000, 5
    columns, sizes = {}, [5, 7, 10, 14, 15, 16, 20, 25, 30, 31, 35, 40]
    for size in sizes:
        column = rng.choice(["a", "b"], n).astype(object)
        column[rng.choice(n, size, replace=False)] = "rare"
        columns[f"with {size}"] = column
    fold = folds_of(TaskTargets(columns), n_splits, shuffle=True, random_state=seed)
    for size, column in zip(sizes, columns.values()):
        counts = np.bincount(fold[column == "rare"], minlength=n_splits)
        if size <= 15:
            assert np.ptp(counts) <= 1, (size, counts)
        assert counts.min() >= max(1, size // n_splits - 2), (size, counts)


@pytest.mark.parametrize("n_splits", [2, 3, 7])
def test_of_one_task_as_good_as_stratified_k_fold(n_splits, rng):
    for shares in ([0.5, 0.5], [0.7, 0.2, 0.09, 0.01], np.full(40, 1 / 40)):
        y = TaskTargets({"stage": rng.choice(len(shares), 2003, p=shares)}, "multiclass")
        assert deviations(y, folds_of(y, n_splits), n_splits).max() < 1


def test_more_labels_than_shards_can_hold(rng):
    """Each class has a few samples: all go one by one."""
    y = TaskTargets({t: rng.integers(0, 600, 2000) for t in "ab"}, "multiclass")
    off = deviations(y, folds_of(y, 5), 5)
    assert off[-1] <= 3 and off.max() <= 3.5


def test_order_of_the_folds(rng):
    """The same seed gives the same folds, another one others."""
    y = outcomes(rng, 3000)
    first, again, other = (folds_of(y, 4, shuffle=True, random_state=s) for s in (0, 0, 1))
    assert np.array_equal(first, again) and np.array_equal(folds_of(y, 4), folds_of(y, 4))
    assert not np.array_equal(first, other)


def test_kinds_of_labels(rng):
    """Strings, truth values and whole numbers of any size are classes like others."""
    codes = rng.integers(0, 3, 3000)
    days = rng.normal(size=3000)
    kinds = {
        "strings": np.array(["a", "b", "c"], dtype=object)[codes],
        "whole numbers": 2**53 + codes,
        "floats": codes.astype(float),
    }
    folds = [
        folds_of(TaskTargets({"y": column, "days": days}, {"y": "multiclass"}), 5)
        for column in kinds.values()
    ]
    assert all(np.array_equal(folds[0], fold) for fold in folds)
    truth = TaskTargets({"y": codes > 0, "days": days})
    assert deviations(truth, folds_of(truth, 5), 5).max() < 3
