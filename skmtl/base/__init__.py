"""What joint models of every kind have in common."""

from ._answers import Answers, ByTask, RawAnswers
from ._joint_model import JointModel
from ._out_of_fold import mean_over_folds, oof_attributes

__all__ = ["Answers", "ByTask", "JointModel", "RawAnswers", "mean_over_folds", "oof_attributes"]
