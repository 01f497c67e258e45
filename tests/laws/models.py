"""The estimator of a draw."""

import numpy as np
from sklearn.base import BaseEstimator

from skmtl import (
    GatedTasks,
    IndependentTasks,
    MultiTaskGLM,
    MultiTaskGLMCV,
    MultiTaskLogisticRegression,
    MultiTaskLogisticRegressionCV,
    MultiTaskMLP,
    MultiTaskRidge,
    MultiTaskRidgeCV,
    NewTask,
    StackedTasks,
    TaskPerGroupClassifier,
    TaskPerGroupRegressor,
)
from skmtl.penalties import MeanRegularized

from .specs import Spec
from .tables import Table

GRID = (1.0, 30.0)  # of alpha, in the estimators that choose
SHARINGS = (0.0, 0.5)
MULTIPLES = (1.0, 0.1)


class OnTop(BaseEstimator):
    """A new task, the last, on top of a model of the others."""

    def __init__(self, alpha=1.0):
        self.alpha = alpha

    def fit(self, X, y, sample_weight=None):
        """Fit the model of the others, then the new task."""
        *others, last = y
        by_task = sample_weight is not None and np.ndim(sample_weight) == 2
        first = sample_weight[:, :-1] if by_task else sample_weight
        model = MultiTaskGLM(MeanRegularized(self.alpha, signs="same"))
        model.fit(X, y.select(others), first)
        second = sample_weight[:, -1:] if by_task else sample_weight
        self.new_ = NewTask(model).fit(X, y.select([last]), second)
        return self

    @property
    def classes_(self):
        """Classes of the new task."""
        return self.new_.classes_

    def predict(self, X):
        """Predict the new task."""
        return self.new_.predict(X)

    def predict_proba(self, X):
        """Return its probabilities."""
        return self.new_.predict_proba(X)


def held_out(fold: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the rows of each training and test set."""
    return [(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in np.unique(fold)]


def estimator(spec: Spec, table: Table, alpha: float, penalty, **params):
    """Return the unfitted estimator of a draw."""
    common = {
        "signs": spec.signs,
        "pool_intercept": spec.pool == "yes",
        "fit_intercept": spec.intercept == "yes",
    }
    scaled = {"scale_targets": spec.scaled == "yes"}
    intercept = {"fit_intercept": spec.intercept == "yes"}
    cv = {"cv": held_out(table.fold)}
    by_row = {"cv": None} if spec.folds == "rows" else cv
    separate = MultiTaskGLM(MeanRegularized(alpha, 0.0), **scaled)
    made = {
        "ridge": lambda: MultiTaskRidge(alpha, spec.sharing, **common, **scaled),
        "logistic": lambda: MultiTaskLogisticRegression(1 / alpha, spec.sharing, **common),
        "glm": lambda: MultiTaskGLM(penalty, **intercept, **scaled),
        "independent": lambda: IndependentTasks(separate, separate, counter=separate),
        "groups": lambda: of_groups(spec, alpha, common, scaled),
        "new_task": lambda: OnTop(alpha),
        "ridge_cv": lambda: MultiTaskRidgeCV(
            [alpha * k for k in GRID], SHARINGS, **common, **scaled, **by_row
        ),
        "logistic_cv": lambda: MultiTaskLogisticRegressionCV(
            [1 / (alpha * k) for k in GRID], SHARINGS, **common, **cv
        ),
        "glm_cv": lambda: MultiTaskGLMCV(
            penalty, alphas=3 if spec.folds == "rows" else MULTIPLES, **intercept, **scaled, **cv
        ),
        "gated": lambda: GatedTasks(MultiTaskGLM(penalty, **scaled), **cv),
        "stacked": lambda: StackedTasks(separate, **cv),
        "mlp": lambda: network(spec),
    }
    return made[spec.model]().set_params(**params)


def of_groups(spec: Spec, alpha: float, common: dict, scaled: dict):
    """Return the estimator whose tasks are groups."""
    if spec.tasks == "r":
        return TaskPerGroupRegressor(MultiTaskRidge(alpha, spec.sharing, **common, **scaled), 0)
    if spec.tasks == "c":
        penalty = MeanRegularized(
            alpha, spec.sharing, signs="same", pool_intercept=common["pool_intercept"]
        )
        return TaskPerGroupRegressor(MultiTaskGLM(penalty, task_types="count"), 0)
    return TaskPerGroupClassifier(MultiTaskLogisticRegression(1 / alpha, spec.sharing, **common), 0)


def network(spec: Spec):
    """Return a tiny network, of either optimiser."""
    if spec.seed % 2:
        return MultiTaskMLP(3, n_members=2, max_iter=8, learning_rate_init=0.01, random_state=0)
    return MultiTaskMLP(
        3, n_members=1, activation="tanh", solver="lbfgs", max_iter=30, random_state=0
    )
