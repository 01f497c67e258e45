"""Linear models of several tasks."""

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
