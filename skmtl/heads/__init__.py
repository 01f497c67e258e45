"""Between a task's targets and its raw columns."""

from ._fits import (
    TaskFit,
    deviation,
    fit_weights,
    fits_of,
    labels_that_count,
    make_head,
    make_heads,
    open_heads,
    order_of,
)
from ._heads import (
    NEVER,
    BinaryHead,
    ClassificationHead,
    CountHead,
    Head,
    MulticlassHead,
    RegressionHead,
    column_names,
    columns_of,
    probabilities,
)
from ._joint import JointLoss, NewtonRows, TotalHessian
from ._packed import PackedLoss

__all__ = [
    "NEVER",
    "BinaryHead",
    "ClassificationHead",
    "CountHead",
    "Head",
    "JointLoss",
    "MulticlassHead",
    "NewtonRows",
    "PackedLoss",
    "RegressionHead",
    "TaskFit",
    "TotalHessian",
    "column_names",
    "columns_of",
    "deviation",
    "fit_weights",
    "fits_of",
    "labels_that_count",
    "make_head",
    "make_heads",
    "open_heads",
    "order_of",
    "probabilities",
]
