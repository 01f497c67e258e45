"""Units in which squares neither overflow nor vanish."""

import numpy as np
import pytest

from skmtl.utils import binary_unit


@pytest.mark.parametrize("largest", [5e-324, 1e-310, 1e-200, 0.3, 1.0, 7.5, 1e200, 1.7e308])
def test_powers_of_two(largest):
    """Division is exact, and leaves a number from 1 to 2."""
    unit = binary_unit(largest)
    assert 1.0 <= largest / unit < 2.0
    assert (largest / unit) * unit == largest
    assert np.frexp(unit)[0] == 0.5


def test_nothing_is_its_own_unit():
    """Elementwise, and zero has the unit one."""
    assert binary_unit(np.array([0.0, 3.0, 0.4])).tolist() == [1.0, 2.0, 0.25]
