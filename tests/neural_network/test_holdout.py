"""Rows that networks hold out."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.model_selection import GroupKFold, KFold

from skmtl import TaskTargets
from skmtl.model_selection import TaskStratifiedKFold, check_folds
from skmtl.neural_network._holdout import held_out, held_out_by


def targets(rng, n):
    """A rare class and a task with few labels."""
    days = rng.normal(size=n)
    days[rng.random(n) < 0.5] = np.nan
    return TaskTargets({"died": np.where(np.arange(n) % 4 == 0, "yes", "no"), "days": days})


@pytest.mark.parametrize("n", [2, 3, 7, 40, 501])
@pytest.mark.parametrize("n_members", [2, 3, 8])
def test_members_share_the_rows(n, n_members, rng):
    """Each row is held out by one member, or one row by several where there are too few."""
    y = TaskTargets({"days": rng.normal(size=n)})
    held = held_out(y, None, n_members, 0.1, 0)
    assert len(held) == n_members
    counts = np.bincount(np.concatenate(held), minlength=n)
    assert all(0 < len(own) < n for own in held)
    assert (counts >= 1).all()
    if n >= n_members:
        assert (counts == 1).all()
        assert np.ptp([len(own) for own in held]) <= 1


@pytest.mark.parametrize("n", [2, 3, 10, 57, 400])
@pytest.mark.parametrize("fraction", [0.01, 0.1, 0.25, 1 / 3, 0.5, 0.75, 0.99])
def test_one_network(n, fraction, rng):
    """About the share it is to hold out, at least a row and never all."""
    (own,) = held_out(TaskTargets({"days": rng.normal(size=n)}), None, 1, fraction, 0)
    wanted = np.clip(fraction * n, 1, n - 1)
    assert abs(len(own) - wanted) <= max(1.0, 0.03 * n)
    assert 0 < len(own) < n
    assert_array_equal(own, np.unique(own))


def test_no_folds_for_one_network(rng, monkeypatch):
    """Folds cost time, and one network needs none."""

    def split(*args):
        raise AssertionError("folds are made")

    monkeypatch.setattr(TaskStratifiedKFold, "split", split)
    (own,) = held_out(targets(rng, 400), None, 1, 0.1, 0)
    assert abs(len(own) - 40) <= 1


@pytest.mark.parametrize("n_members", [1, 4])
def test_alike_in_all_tasks(n_members, rng):
    """Rare classes and labels of each task are spread evenly."""
    y = targets(rng, 400)
    for own in held_out(y, None, n_members, 0.25, 0):
        assert_allclose(np.mean(y["died"][own] == "yes"), 0.25, atol=0.03)
        assert_allclose(y.observed("days")[own].mean(), y.observed("days").mean(), atol=0.03)


@pytest.mark.parametrize("n_members, n_groups", [(1, 2), (1, 30), (3, 30), (8, 5), (4, 2)])
def test_groups_stay_together(n_members, n_groups, rng):
    """No group is on both sides."""
    groups = rng.integers(0, n_groups, 200)
    for own in held_out(targets(rng, 200), groups, n_members, 0.3, 0):
        assert 0 < len(own) < 200
        outside = np.setdiff1d(np.arange(200), own)
        assert not set(groups[own]) & set(groups[outside])


@pytest.mark.parametrize("n_members", [1, 8])
def test_too_few(n_members, rng):
    """One sample, or one group, cannot be split."""
    with pytest.raises(ValueError, match="at least 2 samples with labels.*got 1"):
        held_out(targets(rng, 1), None, n_members, 0.1, 0)
    with pytest.raises(ValueError, match="at least 2 groups with labels.*got 1"):
        held_out(targets(rng, 9), np.zeros(9), n_members, 0.1, 0)


def test_seed(rng):
    """The same seed gives the same folds, another one others."""
    y = targets(rng, 100)
    first, again, other = (np.concatenate(held_out(y, None, 3, 0.1, s)) for s in (1, 1, 2))
    assert_array_equal(first, again)
    assert (first != other).any()


def test_folds_of_the_user(rng):
    """Folds are of all rows, also of those without labels, which are not counted."""
    y, rows = targets(rng, 30), np.flatnonzero(rng.random(30) < 0.6)
    held = held_out_by(KFold(3), np.zeros((30, 1)), y, None, 5, rows)
    for m, own in enumerate(held):
        wanted = np.arange(10 * (m % 3), 10 * (m % 3) + 10)
        assert_array_equal(rows[own], np.intersect1d(wanted, rows))
    groups = np.arange(30) % 6
    for own in held_out_by(GroupKFold(3), np.zeros((30, 1)), y, groups, 3, rows):
        assert not set(groups[rows[own]]) & set(groups[np.delete(rows, own)])
    pairs = [(np.setdiff1d(np.arange(30), own), own) for own in ([5, 6], np.arange(3, 20))]
    held = held_out_by(check_folds(pairs), np.zeros((30, 1)), y, None, 2, np.arange(30))
    assert_array_equal(held[0], [5, 6])
    assert_array_equal(held[1], np.arange(3, 20))


def test_folds_of_the_user_that_do_not_serve(rng):
    """A fold must hold something out, and leave something."""
    y = targets(rng, 10)
    for pairs in ([([0], [])], [([], np.arange(10))]):
        pairs = [(train, np.array(test, dtype=int)) for train, test in pairs]
        with pytest.raises(ValueError, match="rows of fold 0 of cv must be one row or more"):
            held_out_by(check_folds(pairs), np.zeros((10, 1)), y, None, 2, np.arange(10))
    halves = [(np.arange(5), np.arange(5, 10))]
    with pytest.raises(ValueError, match="each fold of cv must hold out some samples"):
        held_out_by(check_folds(halves), np.zeros((10, 1)), y, None, 2, np.arange(5))
    with pytest.raises(ValueError, match="at least one fold"):
        held_out_by(check_folds([]), np.zeros((10, 1)), y, None, 2, np.arange(10))
