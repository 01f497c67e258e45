"""Tests of reading tables without pandas."""

import numpy as np

from skmtl.datasets._tables import encode, is_text, parse


def test_whole_numbers_stay_whole():
    """Whole numbers without gaps are integers; with a gap they are floats."""
    assert parse(["0", "12"]).dtype.kind == "i"
    np.testing.assert_array_equal(parse(["0", "", "12"]), [0.0, np.nan, 12.0])
    assert parse(["0.0", "1.0"]).dtype == np.float64


def test_text_keeps_its_numbers_as_text():
    """One word makes a column text; empty cells are None."""
    values = parse(["1", "7 or more", ""])
    assert is_text(values)
    assert list(values) == ["1", "7 or more", None]


def test_encode():
    """Codes are positions among the sorted categories, -1 where missing."""
    codes, categories = encode(parse(["b", "", "a", "b"]))
    assert categories == ["a", "b"]
    np.testing.assert_array_equal(codes, [1, -1, 0, 1])
