"""The mean and the deviation of a task's numbers."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from skmtl.tasks import Labels

SIZES = [1e-300, 1e-165, 1.0, 1e155, 1e307]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("heavy", SIZES)
def test_moments_of_any_size(size, heavy, rng):
    """Squares of numbers, and sums of weights, neither overflow nor vanish."""
    values, weight = rng.normal(size=50) + 0.5, rng.uniform(0.5, 2, 50)
    mean = np.average(values, weights=weight)
    spread = np.sqrt(np.average((values - mean) ** 2, weights=weight))
    found = Labels(None, size * values, heavy * weight).moments()
    assert_allclose(np.array(found) / size, [mean, spread], rtol=1e-12)


def test_rounding_is_no_deviation():
    """Values that differ by rounding alone are all the same."""
    values = np.where(np.arange(20) % 2, 0.1 + 0.2, 0.3)
    assert Labels(None, values, np.ones(20)).moments()[1] == 0.0
