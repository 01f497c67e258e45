"""Between a task's targets and its raw columns, and between raw columns and predictions.

A new type of task is a head, a loss and lines of tables, which tests/heads/test_new_type.py writes: what depends on the
type is a method of Head. JointLoss is the loss of all tasks for linear models, PackedLoss that for networks.
"""

from ._base import NEVER, Head, column_names
from ._binary import BinaryHead
from ._classification import ClassificationHead, log_odds, probabilities
from ._count import CountHead
from ._fits import (
    HEADS,
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
from ._joint import JointLoss, NewtonRows
from ._multiclass import MulticlassHead
from ._packed import PackedLoss
from ._predictions import METHODS, ByTask, Predictions
from ._regression import RegressionHead
from ._total_hessian import TotalHessian

__all__ = [
    "HEADS",
    "METHODS",
    "NEVER",
    "BinaryHead",
    "ByTask",
    "ClassificationHead",
    "CountHead",
    "Head",
    "JointLoss",
    "MulticlassHead",
    "NewtonRows",
    "PackedLoss",
    "Predictions",
    "RegressionHead",
    "TaskFit",
    "TotalHessian",
    "column_names",
    "deviation",
    "fit_weights",
    "fits_of",
    "labels_that_count",
    "log_odds",
    "make_head",
    "make_heads",
    "open_heads",
    "order_of",
    "probabilities",
]
