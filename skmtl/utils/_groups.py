"""Groups of samples, such as patients: exact identifiers, and none that is missing."""

from collections.abc import Hashable
from contextlib import suppress
from numbers import Integral
from typing import Any

import numpy as np

from ._frames import as_series, is_series, refuse_lazy, series_values
from ._missing import CAST_TEXTS, is_missing


def read_groups(groups: Any) -> np.ndarray:
    """Return the group of each sample as it was given, integers of any container as int64.

    Raise ValueError where groups are not one column, or the group of a sample is not known; TypeError where a group
    cannot be one.
    """
    refuse_lazy("groups", groups)
    groups = as_series(groups)
    if not isinstance(groups, np.ndarray) and is_series(groups):
        groups = series_values(groups)
    hidden = np.ma.getmaskarray(groups).ravel() if isinstance(groups, np.ma.MaskedArray) else None
    held = groups if isinstance(groups, np.ndarray) else np.asarray(groups, dtype=object)
    ids = np.ma.getdata(held)
    if ids.ndim == 2 and ids.shape[1] == 1:
        ids = ids.ravel()
    if ids.ndim != 1:
        raise ValueError(f"groups must be one column, got an array of shape {ids.shape}")
    missing = missing_ids(ids) if hidden is None else hidden | missing_ids(ids)
    if missing.any():
        raise ValueError(
            f"Input groups contains NaN: the group of {int(missing.sum())} of {len(ids)} samples is missing, the first "
            f"at row {int(missing.argmax())}; leave such samples out, or make each a group"
        )
    return exact_ids(ids) if ids.dtype == object else ids


def missing_ids(ids: np.ndarray) -> np.ndarray:
    """Return the mask of identifiers that stand for a missing one, also those that were cast to strings."""
    if ids.dtype.kind in "biu":
        return np.zeros(len(ids), dtype=bool)
    if ids.dtype.kind in "fcmM":
        return ids != ids
    return np.array([is_missing(v) or (isinstance(v, str) and v in CAST_TEXTS) for v in ids], bool)


def exact_ids(ids: np.ndarray) -> np.ndarray:
    """Return identifiers of an object array, as integers or strings where they all are."""
    for value in ids:
        if not isinstance(value, Hashable):
            raise TypeError(f"groups must be numbers or strings, got {type(value).__name__}")
    kinds = {int if isinstance(v, Integral) else str if isinstance(v, str) else object for v in ids}
    if kinds == {int} and all(-(2**63) <= int(value) < 2**63 for value in ids):
        return ids.astype(np.int64)
    return ids.astype(str) if kinds == {str} else ids


def group_codes(ids: np.ndarray) -> np.ndarray:
    """Return the number of each sample's group, from 0 in the order of the groups where they have one."""
    if ids.dtype != object:
        return np.unique(ids, return_inverse=True)[1].ravel()
    distinct = list(dict.fromkeys(ids.tolist()))
    with suppress(TypeError):  # numbers and strings: in the order of the samples
        distinct.sort()
    place = {value: position for position, value in enumerate(distinct)}
    return np.array([place[value] for value in ids.tolist()], dtype=np.intp)
