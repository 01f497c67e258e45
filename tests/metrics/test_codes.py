"""Labels as positions among classes, the same by sorting as one by one."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skmtl.metrics import UNKNOWN, encode

CASES = {
    "strings": (["b", "a", "zz", "a"], ["a", "b"]),
    "longer strings": (["bb", "a", "ccc"], ["a", "bb"]),
    "integers": ([3, 1, 2, -5], [1, 3]),
    "numbers": ([0.5, np.nan, 2.5, 7.0], [0.5, 2.5]),
    "booleans": ([True, False], [False, True]),
    "one class": ([1, 2], [2]),
    "no class": ([1.0, 2.0], []),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_codes(case):
    labels, classes = map(np.array, case)
    codes = encode(labels, classes)
    assert_array_equal(codes, encode(labels.astype(object), classes))
    known = codes != UNKNOWN
    assert_array_equal(classes[codes[known]], labels[known])
    assert_array_equal(known, np.isin(labels, classes))


def test_missing_labels_are_no_class():
    labels = np.array(["a", None, "b"], dtype=object)
    assert encode(labels, np.array(["a", "b"])).tolist() == [0, UNKNOWN, 1]


def test_whole_numbers_are_classes_with_fractions():
    assert encode(np.array([1, 2]), np.array([1.0, 1.5, 2.0])).tolist() == [0, 2]
