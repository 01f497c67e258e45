"""skmtl: scikit-learn-compatible multi-task estimators."""

from .linear_model import MultiTaskGLM, MultiTaskLogisticRegression, MultiTaskRidge
from .tasks import TaskTargets, task_view

__version__ = "0.1.0"

__all__ = [
    "MultiTaskGLM",
    "MultiTaskLogisticRegression",
    "MultiTaskRidge",
    "TaskTargets",
    "task_view",
]
