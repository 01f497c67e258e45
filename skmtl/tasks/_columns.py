"""One column of targets: outside values in, a plain array with its missing labels and classes out."""

from collections.abc import Hashable
from typing import Any, NamedTuple

import numpy as np

from ..utils import EXACT, as_series, is_series, read_series, refuse_lazy
from ._codes import coded_as_missing, texts_as_missing
from ._objects import hide, read_objects, refusal, shortened

FEW = 20
LOOK, LONG_LOOK = 50, 1000  # numbers that are looked at first, and then, to see many different ones


class TargetColumn(NamedTuple):
    """The targets of one task.

    values holds NaN or None where missing; classes are the sorted distinct labels where they can be classes,
    else None; are_labels says that they can be nothing but classes (strings, booleans, categories); highest is the
    last category where their order was declared.
    """

    values: np.ndarray
    classes: np.ndarray | None
    are_labels: bool
    highest: Any = None


class Categories(NamedTuple):
    """The categories of a column, and whether their order was declared."""

    values: np.ndarray
    is_ordered: bool


def read_column(name: Hashable, values: Any, codes: tuple | None = ()) -> TargetColumn:
    """Convert the targets of one task, once; raise ValueError that names the task where they are none.

    codes stand for missing labels; with None, texts that a cast made of missing values do, with a warning.
    """
    categories = None
    if type(values) is np.ndarray and values.ndim == 1:  # the most frequent, and nothing to convert
        return label_column(name, *without_codes(name, values, None, codes))
    refuse_lazy(f"task {name!r}", values)
    values = as_series(values)
    missing: np.ndarray | None
    if not isinstance(values, np.ndarray) and is_series(values):
        array, missing, kind, labels, is_ordered = read_series(values)
        if kind not in ("number", "class", "object"):
            raise refusal(name, f"dtype {kind}")
        array = np.asarray(array, dtype=object if kind == "class" else None)
        categories = None if labels is None else Categories(labels.astype(object), is_ordered)
    else:
        missing = np.ma.getmaskarray(values) if isinstance(values, np.ma.MaskedArray) else None
        held = np.ma.getdata(values) if missing is not None else values
        array = np.asarray(held, dtype=object if isinstance(held, list | tuple) else None)
    if array.ndim != 1:
        got = f"an array of shape {array.shape}" if array.ndim else shortened(values)
        raise ValueError(f"task {name!r} must be one column, got {got}")
    if missing is not None and missing.any():
        array = hide(array, missing)
    return label_column(name, *without_codes(name, array, categories, codes))


def without_codes(
    name: Hashable, array: np.ndarray, categories: Categories | None, codes: tuple | None
) -> tuple[np.ndarray, Categories | None]:
    """Hide what stands for missing labels, and drop categories that do."""
    if codes is None:
        held = array if categories is None else np.concatenate([array, categories.values])
        texts = set() if array.dtype.kind not in "OU" else {v for v in held if isinstance(v, str)}
        codes = tuple(texts_as_missing(name, texts)) if texts else ()
    if not codes:
        return array, categories
    if categories is not None:
        kept = ~coded_as_missing(categories.values, codes)
        categories = categories._replace(values=categories.values[kept])
    coded = coded_as_missing(array, codes)
    return hide(array, coded) if coded.any() else array, categories


def label_column(name: Hashable, array: np.ndarray, categories: Categories | None) -> TargetColumn:
    """Tell labels from numbers in a 1-D array."""
    if array.dtype.kind == "O":
        array = read_labels(name, array)
    if array.dtype.kind not in "biufUO":
        raise refusal(name, f"dtype {array.dtype}")
    if categories is not None:
        labels = read_labels(name, categories.values)
        highest = labels[-1] if categories.is_ordered and len(labels) else None
        return TargetColumn(array, np.sort(labels), True, highest)
    if array.dtype.kind == "f" and np.isinf(array).any():
        raise ValueError(
            f"Input y contains infinity or a value too large for dtype('float64'): task {name!r} has "
            f"{int(np.isinf(array).sum())} infinite values"
        )
    is_known = observed(array)
    known = array if is_known.all() else array[is_known]
    if array.dtype.kind == "f" and is_continuous(known):
        return TargetColumn(array, None, False)
    classes = distinct(known)
    if array.dtype.kind == "O" and classes.size:
        held = type(classes[0])
        classes = np.array(classes.tolist()) if held is int else classes.astype(held)
    are_labels = array.dtype.kind in "bUO" and classes.dtype.kind not in "iu"
    if not are_labels and not may_be_classes(classes):
        return TargetColumn(array, None, False)
    if (
        array.dtype.kind == "f"
        and (classes == np.round(classes)).all()
        and np.abs(classes).max(initial=0) < EXACT
    ):
        classes = classes if is_known.all() else classes.astype(np.int64)
    return TargetColumn(array, classes, are_labels)


def read_labels(name: Hashable, array: np.ndarray) -> np.ndarray:
    """Give an object array the dtype of what it holds; a mixture may have codes of missing labels."""
    try:
        return read_objects(name, array)
    except ValueError as error:
        if not any(isinstance(value, str) for value in array):
            raise
        hint = f"TaskTargets(y, missing={{{name!r}: [...]}})"
        raise ValueError(
            f"{error} (if such a text stands for a missing label, say so: {hint})"
        ) from None


def distinct(known: np.ndarray) -> np.ndarray:
    """Return the sorted distinct values of labels that are known: of few ones, in one pass over them, unsorted."""
    if known.dtype.kind == "O":
        labels = sorted(set(known.tolist()))
        values = np.empty(len(labels), dtype=object)
        values[:] = labels
        return values
    if known.dtype.kind in "biuf" and len(known) > FEW:
        low, high = known.min(), known.max()
        if ((known == low) | (known == high)).all():
            return np.array([low] if low == high else [low, high], dtype=known.dtype)
        if max(-float(low), float(high)) < EXACT and high - low < len(known):
            whole = known.astype(np.int64)
            if (whole == known).all():
                return (np.flatnonzero(np.bincount(whole - int(low))) + int(low)).astype(
                    known.dtype
                )
    return np.unique(known)


def is_continuous(known: np.ndarray) -> bool:
    """Whether a look at the first numbers shows too many different ones, not all whole, to be labels."""
    for first in (known[:LOOK], known[:LONG_LOOK]):
        if bool((first != np.round(first)).any()) and len(np.unique(first)) > FEW:
            return True
    return False


def may_be_classes(distinct: np.ndarray) -> bool:
    """Whether so many numbers can be labels: whole ones, or no more than a few."""
    return len(distinct) <= FEW or bool((distinct == np.round(distinct)).all())


def observed(values: np.ndarray) -> np.ndarray:
    """Return the mask of the samples whose label is known."""
    if values.dtype.kind == "f":
        return ~np.isnan(values)
    if values.dtype.kind == "O":
        return np.array([value is not None for value in values], dtype=bool)
    return np.ones(len(values), dtype=bool)
