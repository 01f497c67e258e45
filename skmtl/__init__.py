"""skmtl: scikit-learn-compatible multi-task estimators."""

from .compose import IndependentTasks
from .linear_model import (
    MultiTaskGLM,
    MultiTaskGLMCV,
    MultiTaskLogisticRegression,
    MultiTaskLogisticRegressionCV,
    MultiTaskRidge,
    MultiTaskRidgeCV,
)
from .neural_network import MultiTaskMLP
from .tasks import TaskTargets, task_view

__version__ = "0.1.0"

__all__ = [
    "IndependentTasks",
    "MultiTaskGLM",
    "MultiTaskGLMCV",
    "MultiTaskLogisticRegression",
    "MultiTaskLogisticRegressionCV",
    "MultiTaskMLP",
    "MultiTaskRidge",
    "MultiTaskRidgeCV",
    "TaskTargets",
    "task_view",
]
