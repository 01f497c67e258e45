"""The estimators that bad inputs are tried on, and the good inputs that each is made bad from."""

import inspect
import warnings
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from patients import patients
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Ridge
from sklearn.naive_bayes import GaussianNB

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
from skmtl.penalties import L21

NUMBERS, LABELS = ("days", "cost", "lab"), ("died", "stage", "cured")
MIXED = ("days", "died", "stage", "visits")
COUNTS = {"visits": "count"}
N_ROWS, N_GROUPS = 30, 6
ROWS = np.arange(N_ROWS)
GROUPS = ROWS % N_GROUPS


@dataclass(frozen=True)
class Call:
    """A call of fit: its arguments, and parameters of the estimator that differ from those of the subject."""

    X: Any
    y: Any
    fit: dict[str, Any]
    params: dict[str, Any]

    def with_fit(self, **given: Any) -> "Call":
        """Return the call with further arguments of fit."""
        return replace(self, fit=self.fit | given)

    def with_params(self, **params: Any) -> "Call":
        """Return the call with other parameters."""
        return replace(self, params=self.params | params)


@dataclass(frozen=True)
class Subject:
    """An estimator, and the tasks that it is fitted to; of TaskPerGroup, the one outcome."""

    name: str
    model: Any
    tasks: tuple[str, ...]

    @property
    def is_joint(self) -> bool:
        """Whether it takes several tasks."""
        return not isinstance(self.model, TaskPerGroupClassifier | TaskPerGroupRegressor)

    @property
    def is_composed(self) -> bool:
        """Whether it is made of other estimators, which X goes to as it is."""
        return isinstance(self.model, IndependentTasks | GatedTasks | StackedTasks)

    @property
    def types(self) -> set[str]:
        """Types of the tasks that it takes."""
        of = {
            NUMBERS: {"regression"},
            LABELS: {"classes"},
            MIXED: {"regression", "classes", "count"},
        }
        return of.get(self.tasks, {"one"})

    def has(self, parameter: str) -> bool:
        """Whether the estimator has a parameter."""
        return parameter in self.model.get_params(deep=False)

    def takes(self, argument: str) -> bool:
        """Whether fit takes an argument."""
        return argument in inspect.signature(self.model.fit).parameters

    def good(self) -> Call:
        """Return a call with nothing wrong in it."""
        X, y = outcomes(0.1 if self.is_joint else 0.0)
        if self.is_joint:
            return Call(X.copy(), {name: y[name].copy() for name in self.tasks}, {}, {})
        return Call(np.column_stack([GROUPS, X]), y[self.tasks[0]].copy(), {}, {})

    @cache  # noqa: B019
    def fitted(self) -> Any:
        """Return the estimator, fitted to good inputs."""
        call = self.good()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # two epochs are enough here
            return clone(self.model).fit(call.X, call.y)

    def __str__(self) -> str:
        return self.name


@cache
def outcomes(missing: float) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return inputs and outcomes, a share of which is missing."""
    return patients(3, N_ROWS, 3, missing)


def network(**params: Any) -> MultiTaskMLP:
    """Return a network that is fitted at once."""
    return MultiTaskMLP(2, n_members=2, max_iter=2, task_types=COUNTS, random_state=0, **params)


@cache
def before() -> Any:
    """Return a fitted model for NewTask to stand on."""
    X, y = outcomes(0.1)
    return MultiTaskRidge().fit(X, {"score": y["days"], "points": y["cost"]})


SUBJECTS = [
    Subject("MultiTaskRidge", MultiTaskRidge(2.0), NUMBERS),
    Subject("MultiTaskRidgeCV", MultiTaskRidgeCV([1.0, 9.0], [0.0, 0.5]), NUMBERS),
    Subject("MultiTaskRidgeCV(cv=2)", MultiTaskRidgeCV([1.0, 9.0], [0.0, 0.5], cv=2), NUMBERS),
    Subject("MultiTaskLogisticRegression", MultiTaskLogisticRegression(0.5), LABELS),
    Subject(
        "MultiTaskLogisticRegressionCV",
        MultiTaskLogisticRegressionCV([0.1, 0.5], (0.0, 0.5), cv=2),
        LABELS,
    ),
    Subject("MultiTaskGLM", MultiTaskGLM(task_types=COUNTS), MIXED),
    Subject("MultiTaskGLM(L21)", MultiTaskGLM(L21(4.0), task_types=COUNTS), MIXED),
    Subject("MultiTaskGLMCV", MultiTaskGLMCV(alphas=2, cv=2, task_types=COUNTS), MIXED),
    Subject("MultiTaskMLP", network(), MIXED),
    Subject("MultiTaskMLP(lbfgs)", network(solver="lbfgs"), MIXED),
    Subject("IndependentTasks", IndependentTasks(task_types=COUNTS), MIXED),
    Subject(
        "IndependentTasks(of scikit-learn)",
        IndependentTasks(GaussianNB(), Ridge(), counter=Ridge(), task_types=COUNTS),
        MIXED,
    ),
    Subject("GatedTasks", GatedTasks(cv=2, task_types=COUNTS), MIXED),
    Subject("StackedTasks", StackedTasks(cv=2, task_types=COUNTS), MIXED),
    Subject("StackedTasks(order)", StackedTasks(cv=2, order="random", task_types=COUNTS), MIXED),
    Subject("NewTask", NewTask(task_types=COUNTS), MIXED),
    Subject("NewTask(model)", NewTask(before(), task_types=COUNTS), MIXED),
    Subject("TaskPerGroupRegressor", TaskPerGroupRegressor(group=0), ("days",)),
    Subject("TaskPerGroupClassifier", TaskPerGroupClassifier(group=0), ("died",)),
]
