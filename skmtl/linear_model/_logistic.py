"""Logistic regressions that share."""

from collections.abc import Mapping
from typing import ClassVar

from ..penalties import MeanRegularized
from ..tasks import as_classes
from ..utils import Either, Instance, Number, OneOf, PerTask
from ._base import JointLinearModel
from ._prepare import Setup

POSITIVE = Number(0.0, closed=False)


class MultiTaskLogisticRegression(JointLinearModel):
    _only_classes: ClassVar[bool] = True
    _rules = JointLinearModel._rules | {
        "C": Either(POSITIVE, PerTask(POSITIVE)),
        "class_weight": Either(OneOf(None, "balanced"), Instance(Mapping)),
    }

    def __init__(
        self,
        C=1.0,
        sharing=0.25,
        *,
        signs="learned",
        pool_intercept=False,
        fit_intercept=True,
        class_weight=None,
        task_weight=None,
        max_iter=1000,
        tol=1e-16,
        warm_start=False,
    ):
        self.C = C
        self.sharing = sharing
        self.signs = signs
        self.pool_intercept = pool_intercept
        self.fit_intercept = fit_intercept
        self.class_weight = class_weight
        self.task_weight = task_weight
        self.max_iter = max_iter
        self.tol = tol
        self.warm_start = warm_start

    def _setup(self):
        alpha = {task: 1.0 / C for task, C in self.C.items()} if isinstance(self.C, Mapping) else 1.0 / self.C
        penalty = MeanRegularized(alpha, self.sharing, signs=self.signs, pool_intercept=self.pool_intercept)
        return Setup(penalty, as_classes, class_weight=self.class_weight)
