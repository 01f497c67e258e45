"""Linear models of several tasks: one named estimator a file, and what fits and tunes them.

A new estimator is its parameters, its docstring and ``_setup``: which penalty, which types of tasks. Mathematics is not
here: ``problems`` lays out the data and calls the solvers, penalties and losses have rooms of their own.
"""

from ._base import JointLinearModel as JointLinearModel
from ._glm import MultiTaskGLM
from ._glm_cv import MultiTaskGLMCV
from ._groups import fit_by_group as fit_by_group
from ._logistic import MultiTaskLogisticRegression
from ._logistic_cv import MultiTaskLogisticRegressionCV
from ._path import ridge_path
from ._regularization_path import regularization_path
from ._ridge import MultiTaskRidge
from ._ridge_cv import MultiTaskRidgeCV

__all__ = [
    "MultiTaskGLM",
    "MultiTaskGLMCV",
    "MultiTaskLogisticRegression",
    "MultiTaskLogisticRegressionCV",
    "MultiTaskRidge",
    "MultiTaskRidgeCV",
    "regularization_path",
    "ridge_path",
]
