"""The distinct labels of a column, taken in passes over it."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skmtl import TaskTargets
from skmtl.tasks import distinct, read_targets

N = 500
COLUMNS = {
    "two": lambda rng: rng.integers(0, 2, N).astype(float) - 0.5,
    "one": lambda rng: np.full(N, 3),
    "codes": lambda rng: rng.integers(-3, 4, N).astype(np.float32),
    "whole numbers": lambda rng: rng.integers(100, 120, N),
    "bytes": lambda rng: rng.integers(0, 256, N).astype(np.uint8),
    "numbers": lambda rng: rng.normal(size=N),
    "tenths": lambda rng: rng.integers(0, 30, N) / 10,
    "far apart": lambda rng: rng.choice([-(2**62), 0, 2**62], N),
    "unsigned": lambda rng: rng.choice(np.array([1, 2**64 - 1, 2**63], dtype=np.uint64), N),
    "beyond exact floats": lambda rng: 2.0**60 + 512 * rng.integers(0, 3, N),
    "truth values": lambda rng: rng.random(N) < 0.3,
    "strings": lambda rng: rng.choice(["b", "a", "c"], N).astype(object),
    "fixed strings": lambda rng: rng.choice(["b", "a", "c"], N),
    "none": lambda rng: np.empty(0),
}


@pytest.mark.parametrize("column", COLUMNS.values(), ids=COLUMNS)
def test_distinct_is_unique(column, rng):
    """The same values, in the same order and dtype, as by sorting."""
    labels = column(rng)
    for some in (labels, labels[:7], labels[::-1]):
        found, wanted = distinct(some), np.unique(some)
        assert_array_equal(found, wanted)
        assert found.dtype == wanted.dtype


def test_classes_are_exact():
    """Codes that floats cannot tell apart stay different, and no classes are made up."""
    y = TaskTargets({"code": 2**53 + np.arange(300) % 3, "rare": np.arange(300) == 7})
    assert y.distinct("code").tolist() == [2**53, 2**53 + 1, 2**53 + 2]
    assert y.distinct("rare").tolist() == [False, True]


@pytest.mark.parametrize("order", ["C", "F"])
def test_tasks_of_a_matrix_are_contiguous(order, rng):
    """A task's labels lie side by side, whatever the matrix, which later changes leave alone."""
    Y = np.asarray(rng.normal(size=(50, 3)), order=order)
    kept = Y.copy()
    targets = read_targets(Y).targets
    Y[:] = 0.0
    for t, column in enumerate(targets.values()):
        assert column.flags.c_contiguous
        assert_array_equal(column, kept[:, t])
