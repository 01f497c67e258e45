"""Sample weights from outside, by sample or by sample and task."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.utils.validation import check_array

from ..utils import is_frame, is_series, read_frame, read_series, refuse_lazy
from ._numbers import naming
from ._targets import TaskTargets


def check_weights(sample_weight: Any, targets: TaskTargets) -> np.ndarray | None:
    """Return weights of shape (n_samples,) or (n_samples, n_tasks), or None where all are one."""
    if sample_weight is None:
        return None
    refuse_lazy("sample_weight", sample_weight)
    n_samples, n_tasks = targets.shape
    if isinstance(sample_weight, Mapping) or is_frame(sample_weight):
        sample_weight = _by_task(sample_weight, targets)
    weights = _numbers(sample_weight, "sample_weight")
    if weights.shape not in ((n_samples,), (n_samples, n_tasks)):
        raise ValueError(
            f"sample_weight must have shape ({n_samples},) or ({n_samples}, {n_tasks}), got {weights.shape}"
        )
    weights = _without_gaps(weights, targets)
    if (weights < 0).any():
        raise ValueError(
            f"Negative values in data passed to sample_weight: {weights.min():g}; weights must be >= 0"
        )
    if not weights.any():
        raise ValueError(
            "sample_weight must not be all zero: every weight is zero, so there is nothing to fit"
        )
    return weights


def _by_task(sample_weight: Any, targets: TaskTargets) -> np.ndarray:
    columns = sample_weight if isinstance(sample_weight, Mapping) else read_frame(sample_weight)
    if set(columns) != set(targets):
        raise ValueError(
            f"sample_weight must have the tasks of y, {list(targets)}, got {list(columns)}"
        )
    arrays = {name: _numbers(columns[name], f"sample_weight of task {name!r}") for name in targets}
    for name, column in arrays.items():
        if column.shape != targets.shape[:1]:
            raise ValueError(
                f"sample_weight of task {name!r} must have shape {targets.shape[:1]}, got {column.shape} (a plain dict "
                "of weights is not sliced by scikit-learn's splitters: use TaskTargets)"
            )
    return np.column_stack(list(arrays.values()))


def _numbers(given: Any, argument: str) -> np.ndarray:
    """Return weights as an array of finite numbers, NaN where there is none."""
    if not isinstance(given, np.ndarray) and is_series(given):
        read = read_series(given)
        given = read.values if read.kind == "number" else given
    elif getattr(getattr(given, "dtype", None), "kind", None) in ("m", "M"):
        raise ValueError(f"{argument} must hold numbers, got dtype {given.dtype}")
    with naming(argument, given):
        return check_array(
            given,
            allow_nd=True,
            ensure_2d=False,
            dtype=np.float64,
            input_name="sample_weight",
            ensure_min_samples=0,
            ensure_all_finite="allow-nan",
        )


def _without_gaps(weights: np.ndarray, targets: TaskTargets) -> np.ndarray:
    """Return weights with zero where one is NaN and there is no label; raise ValueError where there is one."""
    gaps = np.isnan(weights)
    if not gaps.any():
        return weights
    for position, name in enumerate(targets):
        gaps_of_task = gaps if gaps.ndim == 1 else gaps[:, position]
        n_lost = int((gaps_of_task & targets.observed(name)).sum())
        if n_lost:
            raise ValueError(
                f"Input sample_weight contains NaN: task {name!r} has {n_lost} labels whose weight is missing"
            )
    return np.where(gaps, 0.0, weights)
