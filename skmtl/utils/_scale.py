"""Units in which squares neither overflow nor vanish."""

from typing import Any

import numpy as np


def binary_unit(largest: Any) -> Any:
    """Return the power of two at or below a size, elementwise, and 1 for 0: division by it rounds nothing."""
    exponent = np.frexp(largest)[1]
    return np.where(np.asarray(largest) > 0, np.ldexp(1.0, exponent - 1), 1.0)[()]
