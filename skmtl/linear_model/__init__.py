"""Linear models of several tasks."""

from ._base import JointLinearModel
from ._glm import MultiTaskGLM
from ._logistic import MultiTaskLogisticRegression
from ._ridge import MultiTaskRidge

__all__ = ["JointLinearModel", "MultiTaskGLM", "MultiTaskLogisticRegression", "MultiTaskRidge"]
