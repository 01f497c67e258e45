"""Any scikit-learn estimator made multi-task, and joint models made of others."""

from ._independent import IndependentTasks

__all__ = ["IndependentTasks"]
