"""What joint models of every kind have in common: predictions in the user's container, scores, ``task``.

A new kind of joint model derives from JointModel, or OutOfFoldModel, and implements ``fit`` and ``_predictions``.
Think twice before adding to the base class: all estimators have what it has.
"""

from ._joint_model import JointModel
from ._out_of_fold import OutOfFoldModel, mean_over_folds

__all__ = ["JointModel", "OutOfFoldModel", "mean_over_folds"]
