"""Sample weights from outside, by sample or by sample and task."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.utils.validation import check_array

from ..utils import is_frame, read_frame
from ._targets import TaskTargets


def check_weights(sample_weight: Any, targets: TaskTargets) -> np.ndarray | None:
    """Return weights of shape (n_samples,) or (n_samples, n_tasks), or None where all are one."""
    if sample_weight is None:
        return None
    n_samples, n_tasks = targets.shape
    if isinstance(sample_weight, Mapping) or is_frame(sample_weight):
        sample_weight = _by_task(sample_weight, targets)
    weights = check_array(
        sample_weight,
        allow_nd=True,
        ensure_2d=False,
        dtype=np.float64,
        input_name="sample_weight",
        ensure_min_samples=0,
    )
    if weights.shape not in ((n_samples,), (n_samples, n_tasks)):
        raise ValueError(
            f"sample_weight must have shape ({n_samples},) or ({n_samples}, {n_tasks}), got {weights.shape}"
        )
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
    arrays = {name: np.asarray(columns[name]) for name in targets}
    for name, column in arrays.items():
        if column.shape != targets.shape[:1]:
            raise ValueError(
                f"sample_weight of task {name!r} must have shape {targets.shape[:1]}, got {column.shape} (a plain dict "
                "of weights is not sliced by scikit-learn's splitters: use TaskTargets)"
            )
    return np.column_stack(list(arrays.values()))
