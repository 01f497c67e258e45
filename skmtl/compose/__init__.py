"""Any scikit-learn estimator made multi-task, and joint models made of others."""

from ._gated import GatedTasks
from ._independent import IndependentTasks
from ._stacked import StackedTasks

__all__ = ["GatedTasks", "IndependentTasks", "StackedTasks"]
