"""A missing label is an absent one, and a whole weight is that many copies."""

import numpy as np
import pytest
from zoo import CASES, assert_same_numbers, copies, known, numbers, rows_of

from skmtl import TaskTargets

by_case = pytest.mark.parametrize("case", CASES, ids=str)
by_case_of_copies = pytest.mark.parametrize(
    "case", [case for case in CASES if "copies" not in case.excepted], ids=str
)


def hide(y, mask):
    """Return targets with those labels missing; mask is (n_samples, n_tasks)."""
    hidden = {name: column.copy() for name, column in y.items()}
    for t, column in enumerate(hidden.values()):
        column[mask[:, t]] = None if column.dtype == object else np.nan
    return hidden


@by_case
def test_missing_label_is_weight_zero(case, rng):
    """A label that is missing, and one that weighs nothing, are the same absence."""
    X, y = case.data()
    mask = rng.random((len(X), len(y))) < 0.2
    missing = case.new().fit(X, hide(y, mask))
    weightless = case.new().fit(X, y, sample_weight=(~mask).astype(float))
    assert_same_numbers(numbers(missing), numbers(weightless))


@by_case
def test_value_of_a_weightless_label_is_nothing(case, rng):
    """What stands where the weight is zero cannot matter."""
    X, y = case.data()
    weight = (rng.random((len(X), len(y))) < 0.8).astype(float)
    other = {name: column.copy() for name, column in y.items()}
    for t, column in enumerate(other.values()):
        column[weight[:, t] == 0] = column[known(column)][0]
    found = case.new().fit(X, other, sample_weight=weight)
    assert_same_numbers(numbers(found), numbers(case.new().fit(X, y, weight)))


@by_case
def test_sample_without_labels_is_absent(case, rng):
    """A row with no label at all moves nothing, nor does one of weight zero."""
    X, y = case.data()
    drop = rng.random(len(X)) < 0.2
    dropped = numbers(case.new().fit(X[~drop], rows_of(y, ~drop)))
    unlabelled = case.new().fit(X, hide(y, np.repeat(drop[:, None], len(y), axis=1)))
    weightless = case.new().fit(X, y, sample_weight=(~drop).astype(float))
    assert_same_numbers(numbers(unlabelled), dropped)
    assert_same_numbers(numbers(weightless), dropped)


@by_case_of_copies
def test_whole_sample_weights_are_copies(case, rng):
    """Weights of samples."""
    X, y = case.data()
    counts = rng.integers(0, 4, len(X))
    weighted = case.new().fit(X, y, sample_weight=counts)
    rows = np.repeat(np.arange(len(X)), counts)
    assert_same_numbers(numbers(weighted), numbers(case.new().fit(X[rows], rows_of(y, rows))))


@by_case_of_copies
def test_whole_pair_weights_are_copies(case, rng):
    """Weights of samples in tasks, as an array and by name."""
    X, y = case.data()
    counts = rng.integers(0, 4, (len(X), len(y)))
    copied = numbers(case.new().fit(*copies(X, y, counts)))
    by_name = TaskTargets(dict(zip(y, counts.T.astype(float), strict=True)))
    backwards = TaskTargets({name: by_name[name] for name in reversed(list(by_name))})
    for weight in (counts, by_name, backwards):
        assert_same_numbers(numbers(case.new().fit(X, y, sample_weight=weight)), copied)


@by_case_of_copies
def test_wide(case, rng):
    """The same where there are more features than samples."""
    X, y = case.data(n=40, d=60)
    mask = rng.random((len(X), len(y))) < 0.1
    counts = rng.integers(1, 3, len(X))
    weighted = case.new().fit(X, y, sample_weight=counts[:, None] * ~mask)
    rows = np.repeat(np.arange(len(X)), counts)
    copied = case.new().fit(X[rows], rows_of(hide(y, mask), rows))
    assert_same_numbers(numbers(weighted), numbers(copied), 1e-5)
