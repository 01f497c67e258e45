"""Splitters and out-of-fold predictions that know tasks."""

from ._predict import cross_val_predict
from ._routing import routing_of
from ._stratified import TaskStratifiedKFold

__all__ = ["TaskStratifiedKFold", "cross_val_predict"]
