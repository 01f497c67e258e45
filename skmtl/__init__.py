"""skmtl: scikit-learn-compatible multi-task estimators."""

from .compose import (
    GatedTasks,
    IndependentTasks,
    NewTask,
    StackedTasks,
    TaskPerGroupClassifier,
    TaskPerGroupRegressor,
)
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
    "GatedTasks",
    "IndependentTasks",
    "MultiTaskGLM",
    "MultiTaskGLMCV",
    "MultiTaskLogisticRegression",
    "MultiTaskLogisticRegressionCV",
    "MultiTaskMLP",
    "MultiTaskRidge",
    "MultiTaskRidgeCV",
    "NewTask",
    "StackedTasks",
    "TaskPerGroupClassifier",
    "TaskPerGroupRegressor",
    "TaskTargets",
    "task_view",
]
