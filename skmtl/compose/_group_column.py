"""The column of X that says which group a row belongs to, and the inputs beside it."""

from collections.abc import Hashable
from typing import Any, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
from scipy import sparse
from sklearn.utils.validation import check_array, validate_data

from ..tasks import X_RULES, check_inputs, naming, refuse_times, require_table
from ..utils import Rule, exact_ids, is_frame, is_missing, series_values


class ColumnName(Rule):
    """The name or the position of a column, or None."""

    def admits(self, value: Any) -> bool:
        if isinstance(value, bool | np.bool_):
            return False
        return value is None or isinstance(value, str | int | np.integer)

    def __str__(self) -> str:
        return "None, the name of a column or its position"


class Grouped(NamedTuple):
    """Inputs of shape (n_samples, n_inputs), and the group of each row."""

    X: Any
    groups: np.ndarray


def split_groups(estimator: Any, X: Any, group: Any, reset: bool) -> Grouped:
    """Check X, and take the column of groups out of it; without one all rows are of one group."""
    if group is None:
        X = check_inputs(estimator, X, reset)
        return Grouped(X, np.zeros(X.shape[0], dtype=int))
    require_table(X)
    if is_frame(X):
        return split_frame(estimator, X, group, reset)
    if isinstance(group, str):
        raise ValueError(
            f"group must be the position of a column, since X is no data frame, got {group!r}"
        )
    if not sparse.issparse(X):
        with naming("X", X):
            X = np.asarray(X)
        if X.dtype.kind in "OUS":
            return split_objects(estimator, X, group, reset)
    X = check_inputs(estimator, X, reset)
    others = np.flatnonzero(np.arange(X.shape[1]) != place(group, X.shape[1]))
    column = X[:, [group]]
    values = column.toarray() if sparse.issparse(column) else column
    return Grouped(X[:, others], known(values.ravel()))


def split_frame(estimator: Any, X: Any, group: Any, reset: bool) -> Grouped:
    """Take a column out of a data frame."""
    validate_data(estimator, X, reset=reset, skip_check_array=True)
    frame = nw.from_native(X, eager_only=True)
    names = frame.columns
    if isinstance(group, str) and group not in names:
        raise ValueError(f"group must name a column of X, got {group!r}; X has {names}")
    position = place(names.index(group) if isinstance(group, str) else group, len(names))
    column = series_values(frame[:, position].to_native())
    others = [k for k in range(len(names)) if k != position]
    return Grouped(as_numbers(estimator, frame[:, others].to_native()), known(column))


def split_objects(estimator: Any, X: np.ndarray, group: int, reset: bool) -> Grouped:
    """Take a column of any values out of an array."""
    X = check_array(X, dtype=None, ensure_all_finite=False, estimator=estimator)
    validate_data(estimator, X, reset=reset, skip_check_array=True)
    others = np.arange(X.shape[1]) != place(group, X.shape[1])
    return Grouped(as_numbers(estimator, X[:, others]), known(X[:, group]))


def place(group: int, n_features: int) -> int:
    """Return the position of a column, once it is known to be one, and not the only one."""
    if not 0 <= group < n_features:
        raise ValueError(
            f"group must be a position in [0, n_features), got {group}, n_features={n_features}"
        )
    if n_features == 1:
        raise ValueError("X must have inputs beside the group, got n_features=1")
    return int(group)


def as_numbers(estimator: Any, X: Any) -> np.ndarray:
    """Return the inputs as an array of finite numbers."""
    refuse_times(X)
    with naming("X beside the group", X):
        return check_array(
            X, dtype=X_RULES["dtype"], estimator=estimator, input_name="X", ensure_min_features=0
        )


def known(values: np.ndarray) -> np.ndarray:
    """Return groups; raise where one is missing, or can be none."""
    if values.dtype != object:
        if values.dtype.kind == "f" and np.isnan(values).any():
            raise ValueError("group must be known of each row, but Input X contains NaN there")
        return values
    for value in values:
        if is_missing(value):
            raise ValueError(f"group must be known of each row, but is missing: {value!r} (NaN)")
        if not isinstance(value, Hashable):
            kind = type(value).__name__
            raise TypeError(f"argument must be a string or a real number, not {kind!r}, as a group")
    kinds = {isinstance(value, str) for value in values}
    if len(kinds) > 1:
        raise ValueError("group must hold numbers or strings, not both")
    ids = exact_ids(values)
    return ids.astype(float) if ids.dtype == object else ids


def check_same_kind(groups: np.ndarray, known_groups: np.ndarray) -> None:
    """Raise ValueError where groups are strings and those of fit are not, or the other way round."""
    asked, fitted = (dict.fromkeys(v.tolist()) for v in (groups, known_groups))
    one, other = next(iter(asked), None), next(iter(fitted))
    if asked and isinstance(one, str) != isinstance(other, str):
        raise ValueError(
            f"group must be of the type it was in fit, where one is {other!r}, got {one!r}: no group would be known"
        )
