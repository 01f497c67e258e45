"""What joint models of every kind have in common."""

from ._answers import Answers, ByTask, RawAnswers
from ._joint_model import JointModel

__all__ = ["Answers", "ByTask", "JointModel", "RawAnswers"]
