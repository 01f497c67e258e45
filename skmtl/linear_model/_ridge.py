"""Ridge regressions that share."""

from ..penalties import MeanRegularized
from ..tasks import as_regression
from ._base import JointLinearModel
from ._prepare import Setup


class MultiTaskRidge(JointLinearModel):
    def __init__(
        self,
        alpha=1.0,
        sharing=0.25,
        *,
        signs="learned",
        pool_intercept=False,
        fit_intercept=True,
        scale_targets=True,
        task_weight=None,
        max_iter=1000,
        tol=1e-16,
        warm_start=False,
    ):
        self.alpha = alpha
        self.sharing = sharing
        self.signs = signs
        self.pool_intercept = pool_intercept
        self.fit_intercept = fit_intercept
        self.scale_targets = scale_targets
        self.task_weight = task_weight
        self.max_iter = max_iter
        self.tol = tol
        self.warm_start = warm_start

    def _setup(self):
        penalty = MeanRegularized(self.alpha, self.sharing, signs=self.signs, pool_intercept=self.pool_intercept)
        return Setup(penalty, as_regression, scale_targets=self.scale_targets)
