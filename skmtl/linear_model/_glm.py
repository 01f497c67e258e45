"""Generalised linear models of any mix of tasks, tied by any penalty."""

from collections.abc import Mapping

from ..penalties import MeanRegularized, Penalty
from ..tasks import as_declared
from ..utils import Either, Instance, OneOf
from ._base import JointLinearModel
from ._prepare import Setup


class MultiTaskGLM(JointLinearModel):
    _rules = JointLinearModel._rules | {
        "penalty": Instance(Penalty, type(None)),
        "class_weight": Either(OneOf(None, "balanced"), Instance(Mapping)),
    }

    def __init__(
        self,
        penalty=None,
        *,
        task_types="auto",
        fit_intercept=True,
        scale_targets=True,
        class_weight=None,
        task_weight=None,
        max_iter=1000,
        tol=1e-16,
        warm_start=False,
    ):
        self.penalty = penalty
        self.task_types = task_types
        self.fit_intercept = fit_intercept
        self.scale_targets = scale_targets
        self.class_weight = class_weight
        self.task_weight = task_weight
        self.max_iter = max_iter
        self.tol = tol
        self.warm_start = warm_start

    def _setup(self):
        return Setup(
            MeanRegularized() if self.penalty is None else self.penalty,
            as_declared(self.task_types),
            class_weight=self.class_weight,
            scale_targets=self.scale_targets,
            balance_losses=True,
        )
