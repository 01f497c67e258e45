"""One column of targets: outside values in, a plain array with its missing labels and classes out."""

from collections.abc import Hashable
from numbers import Integral, Real
from typing import Any, NamedTuple

import numpy as np

from ..utils import as_series, is_series, read_series

FEW = 20
MISSING_TYPES = ("NAType", "NaTType")  # pandas' singletons, told apart without importing pandas


class TargetColumn(NamedTuple):
    """The targets of one task.

    values holds NaN or None where missing; classes are the sorted distinct labels where they can be classes,
    else None; are_labels says that they can be nothing but classes (strings, booleans, categories).
    """

    values: np.ndarray
    classes: np.ndarray | None
    are_labels: bool


def read_column(name: Hashable, values: Any) -> TargetColumn:
    """Convert the targets of one task, once; raise ValueError that names the task where they are none."""
    categories = None
    values = as_series(values)
    missing: np.ndarray | None
    if not isinstance(values, np.ndarray) and is_series(values):
        array, missing, kind, categories = read_series(values)
        if kind not in ("number", "class", "object"):
            raise refusal(name, f"dtype {kind}")
        array = np.asarray(array, dtype=object if kind == "class" else None)
    else:
        missing = np.ma.getmaskarray(values) if isinstance(values, np.ma.MaskedArray) else None
        held = np.ma.getdata(values) if missing is not None else values
        array = np.asarray(held, dtype=object if isinstance(held, list | tuple) else None)
    if array.ndim != 1:
        raise ValueError(f"task {name!r} must be one column, got an array of shape {array.shape}")
    if missing is not None and missing.any():
        array = hide(array, missing)
    return label_column(name, array, categories)


def label_column(name: Hashable, array: np.ndarray, categories: np.ndarray | None) -> TargetColumn:
    """Tell labels from numbers in a 1-D array."""
    if array.dtype.kind == "O":
        array = read_objects(name, array)
    if array.dtype.kind not in "biufUO":
        raise refusal(name, f"dtype {array.dtype}")
    if categories is not None:
        return TargetColumn(array, np.sort(read_objects(name, categories.astype(object))), True)
    if array.dtype.kind == "f" and np.isinf(array).any():
        raise ValueError(
            f"Input y contains infinity or a value too large for dtype('float64'): task {name!r} has "
            f"{int(np.isinf(array).sum())} infinite values"
        )
    are_labels = array.dtype.kind in "bUO"
    known = array[observed(array)]
    if array.dtype.kind == "f" and is_continuous(known):
        return TargetColumn(array, None, False)
    classes = np.unique(known)
    if array.dtype.kind == "O" and classes.size:
        classes = classes.astype(type(classes[0]))
    if not are_labels and not may_be_classes(classes):
        return TargetColumn(array, None, False)
    if (
        array.dtype.kind == "f"
        and (classes == np.round(classes)).all()
        and np.abs(classes).max(initial=0) < 2**53
    ):
        classes = classes.astype(np.int64) if np.isnan(array).any() else classes
    return TargetColumn(array, classes, are_labels)


def is_continuous(known: np.ndarray) -> bool:
    """Whether a look at the first numbers shows too many different ones, not all whole, to be labels."""
    first = known[:1000]
    return bool((first != np.round(first)).any()) and len(np.unique(first)) > FEW


def may_be_classes(distinct: np.ndarray) -> bool:
    """Whether so many numbers can be labels: whole ones, or no more than a few."""
    return len(distinct) <= FEW or bool((distinct == np.round(distinct)).all())


def read_objects(name: Hashable, array: np.ndarray) -> np.ndarray:
    """Give an object array the dtype of what it holds; None where a label is missing."""
    known = np.array([not is_missing(value) for value in array], dtype=bool)
    held = array[known]
    if all(isinstance(value, str) for value in held):
        return array if known.all() and len(held) else hide(array, ~known)
    if all(isinstance(value, bool | np.bool_) for value in held):
        return held.astype(bool) if known.all() else hide(array, ~known)
    if any(isinstance(value, bool | np.bool_) for value in held) or not all(
        isinstance(v, Real) for v in held
    ):
        kinds = sorted({type(value).__name__ for value in held})
        raise refusal(name, "values of type " + " and ".join(kinds))
    if known.all():
        return held.astype(
            np.int64 if all(isinstance(value, Integral) for value in held) else np.float64
        )
    numbers = np.full(len(array), np.nan)
    numbers[known] = held.astype(np.float64)
    return numbers


def hide(array: np.ndarray, missing: np.ndarray) -> np.ndarray:
    """Return an object array with None where missing."""
    hidden = array.astype(object)
    hidden[missing] = None
    return hidden


def is_missing(value: Any) -> bool:
    """Whether value stands for a label that was not observed."""
    if value is None or type(value).__name__ in MISSING_TYPES:
        return True
    return isinstance(value, Real) and value != value


def observed(values: np.ndarray) -> np.ndarray:
    """Return the mask of the samples whose label is known."""
    if values.dtype.kind == "f":
        return ~np.isnan(values)
    if values.dtype.kind == "O":
        return np.array([value is not None for value in values], dtype=bool)
    return np.ones(len(values), dtype=bool)


def refusal(name: Hashable, got: str) -> ValueError:
    """Return the error for a column that no task can have as its targets."""
    return ValueError(
        f"task {name!r} must hold numbers, or strings, booleans or categories, got {got}"
    )
