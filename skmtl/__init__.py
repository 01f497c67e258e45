"""skmtl: scikit-learn-compatible multi-task estimators."""

from typing import TYPE_CHECKING

from ._lazy import lazily

if TYPE_CHECKING:
    from . import compose as compose
    from . import datasets as datasets
    from . import inspection as inspection
    from . import linear_model as linear_model
    from . import losses as losses
    from . import metrics as metrics
    from . import model_selection as model_selection
    from . import neural_network as neural_network
    from . import penalties as penalties
    from . import solvers as solvers
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

# A name is imported when it is asked for, from its home; type checkers read the imports above.
__getattr__, __dir__ = lazily(
    __name__,
    rooms=[
        "compose",
        "datasets",
        "inspection",
        "linear_model",
        "losses",
        "metrics",
        "model_selection",
        "neural_network",
        "penalties",
        "solvers",
    ],
    homes={
        "compose": [
            "GatedTasks",
            "IndependentTasks",
            "NewTask",
            "StackedTasks",
            "TaskPerGroupClassifier",
            "TaskPerGroupRegressor",
        ],
        "linear_model": [
            "MultiTaskGLM",
            "MultiTaskGLMCV",
            "MultiTaskLogisticRegression",
            "MultiTaskLogisticRegressionCV",
            "MultiTaskRidge",
            "MultiTaskRidgeCV",
        ],
        "neural_network": ["MultiTaskMLP"],
        "tasks": ["TaskTargets", "task_view"],
    },
)
