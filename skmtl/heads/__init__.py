"""Between a task's targets and its raw columns."""

from ._class_weights import drop_weightless, read_class_weights
from ._fits import TaskFit, fit_weights, fits_of, make_heads, open_heads
from ._heads import (
    BinaryHead,
    ClassificationHead,
    CountHead,
    Head,
    MulticlassHead,
    RegressionHead,
    column_names,
    columns_of,
    means,
    probabilities,
)
from ._joint import JointLoss
from ._packed import PackedLoss

__all__ = [
    "BinaryHead",
    "ClassificationHead",
    "CountHead",
    "Head",
    "JointLoss",
    "MulticlassHead",
    "PackedLoss",
    "RegressionHead",
    "TaskFit",
    "column_names",
    "columns_of",
    "drop_weightless",
    "fit_weights",
    "fits_of",
    "make_heads",
    "means",
    "open_heads",
    "probabilities",
    "read_class_weights",
]
