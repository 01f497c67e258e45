"""One set that holds its share of every label."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skmtl import TaskTargets
from skmtl.model_selection import hold_out
from skmtl.model_selection._strata import strata
from tests.model_selection.test_many_samples import outcomes

SHARES = [0.1, 0.25, 0.8]


def excess(y, rows, share):
    """How many more than its share are held of each class, quantile and missing label."""
    codes = strata(y, int(np.ceil(1.0 / min(share, 1.0 - share))))
    total = np.bincount(codes.ravel())
    return np.bincount(codes[rows].ravel(), minlength=len(total)) - share * total


@pytest.mark.parametrize("is_sorted", [False, True])
@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("n", [300, 1600, 20_000])
def test_counts_are_a_few_off_the_share(n, share, is_sorted, rng):
    """As even as folds are; chance has them 40 to 100 off at 20 000 samples."""
    y = outcomes(rng, n)
    if is_sorted:
        y = y[np.lexsort([y["binary0"], y["binary3"]])]
    rows = hold_out(y, None, share, 0)
    off = np.abs(excess(y, rows, share))
    assert off.max() <= 4 and off.mean() <= 1.0
    assert abs(len(rows) - share * n) <= 2


@pytest.mark.parametrize("share", SHARES)
def test_groups_stay_together_and_are_evened_out(share, rng):
    """Off by about the size of a group."""
    n = 4000
    y, groups = outcomes(rng, n, n_tasks=4), rng.permutation(np.arange(n) // 5)
    rows = hold_out(y, groups, share, 0)
    assert not set(groups[rows]) & set(np.delete(groups, rows))
    off = np.abs(excess(y, rows, share))
    assert off.max() <= 8 and off.mean() <= 2.0
    assert abs(len(rows) - share * n) <= 5


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("n", [60, 3000])
def test_rare_classes_are_on_both_sides(n, seed):
    """A class of ten has one held by a share of a tenth, and one of a single sample is left."""
    rng = np.random.default_rng(seed)
    y = np.zeros((n, 4), dtype=int)
    for t, count in enumerate((10, 10, 20, 1)):
        y[rng.choice(n, count, replace=False), t] = 1
    targets = TaskTargets({f"y{t}": column for t, column in enumerate(y.T)})
    held = y[hold_out(targets, None, 0.1, seed)].sum(axis=0)
    assert held.tolist() == [1, 1, 2, 0]


@pytest.mark.parametrize("share", [1e-6, 0.01, 0.5, 0.99, 1 - 1e-6])
@pytest.mark.parametrize("n_groups", [None, 2, 3])
@pytest.mark.parametrize("n", [3, 4, 50])
def test_one_is_held_and_one_is_left(n, n_groups, share, rng):
    """Whatever the share, and the sizes of groups."""
    y = outcomes(rng, n, n_tasks=1)
    groups = None if n_groups is None else np.minimum(np.arange(n), n_groups - 1)
    rows = hold_out(y, groups, share, 0)
    assert 0 < len(rows) < n
    assert_array_equal(rows, np.unique(rows))


def test_seed(rng):
    """The same seed gives the same rows, another one others."""
    y = outcomes(rng, 200, n_tasks=3)
    first, again, other = (hold_out(y, None, 0.1, seed) for seed in (1, 1, 2))
    assert_array_equal(first, again)
    assert len(np.setdiff1d(first, other))
