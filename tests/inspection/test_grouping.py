"""group_tasks: who belongs together."""

import numpy as np
import pytest

from skmtl.datasets import make_structured
from skmtl.inspection import TaskAffinity, group_tasks, task_affinity

pd = pytest.importorskip("pandas")


def affinity_of(correlation, lower=None, names=None):
    """What group_tasks reads: correlations and their lower bounds."""
    correlation = np.asarray(correlation, dtype=float)
    lower = np.abs(np.nan_to_num(correlation)) - 0.2 if lower is None else np.asarray(lower)
    names = list("abcdefgh")[: len(correlation)] if names is None else names
    frames = [
        pd.DataFrame(table, index=names, columns=names)
        for table in (correlation, np.full_like(correlation, 0.1), np.maximum(lower, 0.0))
    ]
    return TaskAffinity(pd.DataFrame(index=names), *frames, *[frames[1]] * 4)


PAIRS = np.array(
    [
        [1.0, 0.1, 0.8, 0.0, np.nan],
        [0.1, 1.0, 0.0, -0.7, np.nan],
        [0.8, 0.0, 1.0, 0.2, np.nan],
        [0.0, -0.7, 0.2, 1.0, np.nan],
        [np.nan] * 5,
    ]
)


def test_groups_by_hand():
    """Numbered as they appear; who has no correlations is alone."""
    affinity = affinity_of(PAIRS)
    assert group_tasks(affinity) == {"a": 0, "b": 1, "c": 0, "d": 1, "e": 2}
    assert group_tasks(affinity, signs="same") == {"a": 0, "b": 1, "c": 0, "d": 2, "e": 3}
    assert group_tasks(affinity, threshold=0.75) == {"a": 0, "b": 1, "c": 0, "d": 2, "e": 3}
    assert len(set(group_tasks(affinity, threshold=0.9).values())) == 5


@pytest.mark.parametrize("n_groups", range(1, 6))
def test_as_many_groups_as_asked_for(n_groups):
    groups = group_tasks(affinity_of(PAIRS), n_groups=n_groups)
    assert set(groups.values()) == set(range(n_groups))


def test_no_evidence_no_group():
    """A large correlation that may well be none joins nobody."""
    correlation = np.full((3, 3), 0.9)
    lower = np.array([[1.0, 0.6, 0.0], [0.6, 1.0, 0.0], [0.0, 0.0, 1.0]])
    assert group_tasks(affinity_of(correlation, lower)) == {"a": 0, "b": 0, "c": 1}
    assert group_tasks(affinity_of(correlation, lower), n_groups=1) == {"a": 0, "b": 0, "c": 0}


def test_the_mean_over_pairs_decides():
    """A task related to one of two that belong together joins them if the mean reaches the threshold."""
    correlation = np.array([[1.0, 0.9, 0.8], [0.9, 1.0, 0.3], [0.8, 0.3, 1.0]])
    affinity = affinity_of(correlation)
    assert group_tasks(affinity, threshold=0.54) == {"a": 0, "b": 0, "c": 0}
    assert group_tasks(affinity, threshold=0.56) == {"a": 0, "b": 0, "c": 1}


def test_order_of_tasks_does_not_matter(rng):
    """Not even where correlations are tied."""
    for _ in range(50):
        half = np.triu(rng.choice([0.0, 0.5, 0.7, 0.9], size=(6, 6)), 1)
        affinity = affinity_of(half + half.T + np.eye(6))
        order = rng.permutation(6)
        turned = affinity_of(
            affinity.correlation.to_numpy()[np.ix_(order, order)],
            names=[affinity.correlation.index[t] for t in order],
        )
        for options in ({}, {"n_groups": 3}, {"threshold": 0.3}):
            parts = [
                {frozenset(t for t in found if found[t] == g) for g in found.values()}
                for found in (group_tasks(affinity, **options), group_tasks(turned, **options))
            ]
            assert parts[0] == parts[1]


def test_simulated_groups_are_found():
    X, y, truth = make_structured(
        500, 30, 7, structure="clusters", n_outliers=1, random_state=1, return_truth=True
    )
    groups = group_tasks(task_affinity(X, y, cv=6, n_repeats=2, random_state=0))
    true = truth.clusters | dict.fromkeys(truth.outliers, "alone")
    for s in y:
        assert {t for t in y if groups[t] == groups[s]} == {t for t in y if true[t] == true[s]}


BAD = {
    "n_groups": (dict(n_groups=6), r"n_groups must be None or an integer in \[1, 5\], got 6"),
    "no group": (dict(n_groups=0), "n_groups must be None or an integer"),
    "flag": (dict(n_groups=True), "n_groups must be None or an integer"),
    "half a group": (dict(n_groups=1.5), "n_groups must be None or an integer"),
    "threshold": (dict(threshold=0.0), r"threshold must be a number in \(0, 1\], got 0.0"),
    "nan": (dict(threshold=np.nan), r"threshold must be a number in \(0, 1\]"),
    "text": (dict(threshold="0.5"), r"threshold must be a number in \(0, 1\]"),
    "signs": (dict(signs="random"), r"signs must be one of \('any', 'same'\), got 'random'"),
}


@pytest.mark.parametrize(("options", "message"), BAD.values(), ids=BAD)
def test_parameters_keep_their_rules(options, message):
    with pytest.raises(ValueError, match=message):
        group_tasks(affinity_of(PAIRS), **options)
