"""What joint models of every kind have in common."""

from ._joint_model import JointModel
from ._out_of_fold import OutOfFoldModel, mean_over_folds

__all__ = ["JointModel", "OutOfFoldModel", "mean_over_folds"]
