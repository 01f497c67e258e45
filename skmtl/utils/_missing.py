"""Values that stand for what was not observed."""

from decimal import Decimal
from numbers import Real
from typing import Any

MISSING_TYPES = ("NAType", "NaTType")  # pandas' singletons, recognised without importing pandas
CAST_TEXTS = frozenset({"nan", "NaT", "<NA>"})
"""What NumPy and pandas make of missing values that are cast to strings."""


def is_missing(value: Any) -> bool:
    """Whether value stands for a label that was not observed."""
    if value is None or type(value).__name__ in MISSING_TYPES:
        return True
    return isinstance(value, Real | Decimal) and value != value
