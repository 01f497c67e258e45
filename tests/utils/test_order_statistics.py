"""Values of given ranks."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skmtl.utils import order_statistics

COLUMNS = {
    "normal": lambda rng, n: rng.normal(size=n),
    "sorted": lambda rng, n: np.sort(rng.exponential(size=n)),
    "falling": lambda rng, n: -np.sort(rng.exponential(size=n)),
    "few values": lambda rng, n: rng.integers(0, 4, n).astype(float),
    "seldom looked at": lambda rng, n: np.where(np.arange(n) % 7, rng.normal(size=n), 100.0),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("column", COLUMNS.values(), ids=COLUMNS)
@pytest.mark.parametrize("n", [1, 10, 3999, 4000, 7000, 20_003])
def test_those_of_the_sorted_values(n, column, dtype, rng):
    """Whatever the order, at the ends, near them and in the middle."""
    values = column(rng, n).astype(dtype)
    ranks = np.unique([0, n // 1000, n // 10, n // 2, n - 1 - n // 10, n - 1])
    found = order_statistics(values, ranks)
    assert found.dtype == dtype
    assert_array_equal(found, np.sort(values)[ranks])
