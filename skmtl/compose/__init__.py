"""Any scikit-learn estimator made multi-task, and joint models made of others.

One estimator a file; ``_members``, ``_joined`` and ``_predicted`` are what they share. What depends on the type of a
task is a method of its head: a new composition has no case for numbers, classes or counts.
"""

from ._gated import GatedTasks
from ._independent import IndependentTasks
from ._independent import alone as alone
from ._new_task import NewTask
from ._rules import Joint as Joint
from ._stacked import StackedTasks
from ._task_per_group_classifier import TaskPerGroupClassifier
from ._task_per_group_regressor import TaskPerGroupRegressor

__all__ = [
    "GatedTasks",
    "IndependentTasks",
    "NewTask",
    "StackedTasks",
    "TaskPerGroupClassifier",
    "TaskPerGroupRegressor",
]
