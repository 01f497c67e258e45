"""Linear models of several tasks."""

from ._glm import MultiTaskGLM
from ._logistic import MultiTaskLogisticRegression
from ._path import ridge_path
from ._ridge import MultiTaskRidge

__all__ = ["MultiTaskGLM", "MultiTaskLogisticRegression", "MultiTaskRidge", "ridge_path"]
