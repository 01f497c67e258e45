"""Splitters and out-of-fold predictions that know tasks."""

from ._predict import OutOfFold as OutOfFold
from ._predict import (
    check_partition,
    cross_val_predict,
    folds_of,
    folds_once,
    out_of_fold,
    say,
    warn_of_split_groups,
)
from ._routing import routing_of, weight_name
from ._stratified import TaskStratifiedKFold

__all__ = ["TaskStratifiedKFold", "cross_val_predict"]
