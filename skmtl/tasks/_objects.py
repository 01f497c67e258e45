"""Values of Python objects as numbers, strings or booleans; whole numbers are exact or refused."""

from collections.abc import Hashable, Iterable
from decimal import Decimal
from numbers import Integral, Real
from typing import Any

import numpy as np

from ..utils import EXACT, is_missing


def read_objects(name: Hashable, array: np.ndarray) -> np.ndarray:
    """Give an object array the dtype of what it holds; None where a label is missing.

    Whole numbers beside missing ones are floats, or, where these would round them, Python's integers beside None.
    """
    known = np.array([type(value) is str or not is_missing(value) for value in array], dtype=bool)
    held = array[known]
    if all(isinstance(value, str) for value in held):
        texts = np.full(len(array), None, dtype=object)
        texts[known] = [str(value) for value in held]  # strings of a subclass as plain ones
        return texts
    if all(isinstance(value, bool | np.bool_) for value in held):
        return held.astype(bool) if known.all() else hide(array, ~known)
    if not all(is_number(value) for value in held):
        raise refusal(name, mixture(held))
    if all(isinstance(value, Integral) or is_whole_decimal(value) for value in held):
        return whole_numbers(name, [int(value) for value in held], known)
    numbers = np.full(len(array), np.nan)
    numbers[known] = as_floats(name, held)
    return numbers


def is_number(value: Any) -> bool:
    """Whether a value is a real number, which a truth value is not."""
    return isinstance(value, Real | Decimal) and not isinstance(value, bool | np.bool_)


def is_whole_decimal(value: Any) -> bool:
    """Whether a value is a decimal without fraction."""
    return isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value()


def whole_numbers(name: Hashable, held: list[int], known: np.ndarray) -> np.ndarray:
    """Return whole numbers, of which some may be missing, so that different ones stay different."""
    low, high = min(held), max(held)
    dtype = np.int64 if -(2**63) <= low and high < 2**63 else np.uint64
    if dtype == np.uint64 and not 0 <= low <= high < 2**64:
        return rounded(name, held, known)
    if known.all():
        return np.array(held, dtype=dtype)
    if max(-low, high) < EXACT:
        return rounded(name, held, known)
    exact = np.full(len(known), None, dtype=object)
    exact[known] = held
    return exact


def rounded(name: Hashable, held: list[int], known: np.ndarray) -> np.ndarray:
    """Return whole numbers as floats; raise ValueError where these cannot tell them apart."""
    numbers = np.full(len(known), np.nan)
    numbers[known] = as_floats(name, held)
    if len(np.unique(numbers[known])) < len(set(held)):
        raise refusal(name, "whole numbers beyond 64 bits, which are no numbers but names: strings")
    return numbers


def as_floats(name: Hashable, held: Iterable[Any]) -> np.ndarray:
    """Return numbers as floats; raise ValueError where one is beyond what these hold."""
    try:
        return np.array([float(value) for value in held])
    except OverflowError:
        raise refusal(name, "a whole number too large for dtype('float64')") from None


def hide(array: np.ndarray, missing: np.ndarray) -> np.ndarray:
    """Return an object array with None where missing."""
    hidden = array.astype(object)
    hidden[missing] = None
    return hidden


def mixture(held: np.ndarray) -> str:
    """Say which kinds of values there are, with one of each."""
    examples: dict[str, Any] = {}
    for value in held:
        examples.setdefault(type(value).__name__, value)
    kinds = sorted(examples)
    shown = " and ".join(shortened(examples[kind]) for kind in kinds)
    return f"values of type {' and '.join(kinds)}, such as {shown}"


def shortened(value: Any) -> str:
    """Return how a value is written, not longer than a line."""
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


def refusal(name: Hashable, got: str, hint: str = "") -> ValueError:
    """Return the error for a column that no task can have as its targets."""
    return ValueError(
        f"task {name!r} must hold numbers, or strings, booleans or categories, got {got}{hint}"
    )
