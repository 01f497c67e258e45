"""Splitters and out-of-fold predictions that know tasks.

``check_folds`` is what ``cv`` means wherever it is taken, ``split_rows`` checks what any splitter gives, and
``out_of_fold`` is how models predict rows that they have not seen. A new splitter is a file; no other room makes folds.
"""

from ._folds import Fold as Fold
from ._folds import Splitting as Splitting
from ._folds import check_folds, split_rows, warn_of_gaps
from ._hold_out import hold_out as hold_out
from ._predict import check_partition, cross_val_predict, folds_once, out_of_fold
from ._routing import routing_of, weight_name
from ._stratified import TaskStratifiedKFold

__all__ = ["TaskStratifiedKFold", "cross_val_predict"]
