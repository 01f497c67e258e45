"""What the package says where a common mistake has a way round: it names the way."""

import numpy as np
import pandas as pd
import pytest

from skmtl import (
    IndependentTasks,
    MultiTaskGLM,
    MultiTaskLogisticRegression,
    MultiTaskRidge,
    TaskPerGroupClassifier,
    TaskTargets,
    task_view,
)
from skmtl.inspection import compare_sharing, group_tasks, task_affinity
from skmtl.linear_model import regularization_path
from skmtl.metrics import task_scorer, task_scores
from skmtl.model_selection import TaskStratifiedKFold, cross_val_predict
from skmtl.penalties import L21


@pytest.fixture
def data(rng):
    """Inputs, and a task with classes beside one with numbers."""
    X = rng.normal(size=(40, 3))
    return X, {"ill": np.where(X[:, 0] > 0, "yes", "no"), "days": X[:, 1]}


@pytest.mark.parametrize(
    ("model", "task"), [(MultiTaskRidge(), "ill"), (MultiTaskLogisticRegression(), "days")]
)
def test_models_of_one_type_name_the_one_of_all(model, task, data):
    with pytest.raises(
        ValueError, match=rf"asks \['{task}'\] cannot be .*MultiTaskGLM takes tasks"
    ):
        model.fit(*data)


def test_gaps_in_inputs(data):
    X, y = data
    model = MultiTaskGLM().fit(X, y)
    X = X.copy()
    X[0, 0] = np.nan
    for ask in (lambda: MultiTaskGLM().fit(X, y), lambda: model.predict(X)):
        with pytest.raises(ValueError, match="X contains NaN.*SimpleImputer.*MultiTaskMLP"):
            ask()


ORDERS = {
    "a model for targets": (
        lambda m, X, y: task_scores(m, X, y),
        "y_true must be targets, got MultiTaskGLM: the order is",
    ),
    "a model last": (lambda m, X, y: task_scores(y, X, m), r"is task_scores\(y_true, model, X\)"),
    "targets for inputs of scores": (
        lambda m, X, y: task_scores(X, m, y),
        "X must be .* as targets",
    ),
    "fit": (
        lambda m, X, y: m.fit(y, X),
        "X must be a table of inputs, got dict with .'ill', 'days'",
    ),
    "fit, numbers": (
        lambda m, X, y: MultiTaskRidge().fit(TaskTargets({"days": y["days"]}), X),
        "X must be a table of inputs, got TaskTargets",
    ),
    "fit, composed": (lambda m, X, y: IndependentTasks().fit(y, X), "X must be a table of inputs"),
    "fit, a model": (lambda m, X, y: m.fit(X, m), "y must hold data, got an estimator, MultiTaskG"),
    "fit, by group": (
        lambda m, X, y: TaskPerGroupClassifier(group=0).fit(X, m),
        "y must hold data, got an estimator",
    ),
    "predict": (lambda m, X, y: m.predict(TaskTargets(y)), "X must be a table of inputs"),
    "score": (lambda m, X, y: m.score(y, X), "X must be a table of inputs"),
    "scorer": (lambda m, X, y: task_scorer()(X, y, m), "ndarray is no joint model"),
    "folds": (lambda m, X, y: list(TaskStratifiedKFold(2).split(y, X)), "X must be a table"),
    "out of fold": (lambda m, X, y: cross_val_predict(X, y, m), "estimator must be a model.*order"),
    "out of fold, targets": (lambda m, X, y: cross_val_predict(m, y, X), "X must be a table"),
    "a class": (
        lambda m, X, y: cross_val_predict(MultiTaskGLM, X, y),
        "got the class MultiTaskGLM",
    ),
    "sharing": (lambda m, X, y: compare_sharing(X, y, m), "joint must be a model, got ndarray"),
    "affinity": (lambda m, X, y: task_affinity(y, X), "X must be a table of inputs"),
    "affinity, a model": (
        lambda m, X, y: task_affinity(m, X),
        "X must hold data, got an estimator",
    ),
    "groups of tasks": (lambda m, X, y: group_tasks(m), "affinity must be what task_affinity"),
    "path": (lambda m, X, y: regularization_path(y, X, L21()), "X must be a table of inputs"),
    "path, penalty": (lambda m, X, y: regularization_path(L21(), X, y), "penalty of"),
    "view": (
        lambda m, X, y: task_view("ill", m),
        r"fitted must be a model.*task_view\(fitted, name",
    ),
    "view, a table": (lambda m, X, y: task_view(m, X), "is no task of the model"),
}


@pytest.mark.parametrize(("call", "said"), ORDERS.values(), ids=ORDERS.keys())
def test_arguments_in_another_order(call, said, data):
    X, y = data
    with pytest.raises((TypeError, ValueError), match=said):
        call(MultiTaskGLM().fit(X, y), X, y)


def test_a_splitter_looks_at_the_number_of_inputs_alone(data):
    """Targets in place of inputs are as good as any."""
    y = TaskTargets(data[1])
    assert len(list(TaskStratifiedKFold(2).split(y, y))) == 2


def test_numbers_that_no_float_holds(data):
    X, y = data
    with pytest.raises(ValueError, match="alpha of MeanRegularized must be a number"):
        MultiTaskRidge(10**400).fit(X, y["days"])


def test_groups_as_tasks_are_of_one_known_outcome(data):
    X, y = data
    X = np.column_stack([np.arange(40) % 2, X])
    model = TaskPerGroupClassifier(group=0)
    for several in (y, pd.DataFrame(y), TaskTargets(y)):
        with pytest.raises(
            ValueError, match=r"IndependentTasks\(TaskPerGroupClassifier\(\.\.\.\)\)"
        ):
            model.fit(X, several)
    ill = y["ill"].astype(object)
    ill[:4] = None
    with pytest.raises(ValueError, match="y must be known of each row, .* None in 4 of 40"):
        model.fit(X, ill)
    IndependentTasks(model, MultiTaskRidge()).fit(X, {"ill": ill, "days": y["days"]})
