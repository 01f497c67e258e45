"""What a fitted model is asked: X of another kind than in fit, y that it cannot be scored on, unknown tasks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from skmtl import TaskTargets, task_view
from skmtl.metrics import task_scorer, task_scores

from . import inputs
from .subjects import N_ROWS, ROWS, Call, Subject
from .table import REFUSED, always, joint


@dataclass(frozen=True)
class BadQuestion:
    """A call of a fitted model that must be refused; match is a regular expression for the message.

    where says which subjects it is bad for.
    """

    name: str
    ask: Callable[[Any, Call], Any]
    match: str
    where: Callable[[Subject], bool] = always
    errors: tuple[type, ...] = REFUSED

    def pattern(self, subject: Subject) -> str:
        """Return the regular expression for a subject."""
        return self.match.replace("{task}", repr(subject.tasks[0]) if subject.is_joint else "y")

    def __str__(self) -> str:
        return self.name


def asked_of(bad, method):
    """Return a question: what is bad in fit is bad in another method."""
    return BadQuestion(
        f"{method}, {bad}",
        lambda model, call: getattr(model, method)(bad.spoil(call).X),
        bad.match,
        lambda subject: bad.where(subject) and inputs.reads(subject),
    )


def bad_score(name, make, match, **settings):
    """Return a question: the score on bad targets."""
    return BadQuestion(
        f"score, {name}", lambda model, call: model.score(call.X, make(call.y)), match, **settings
    )


def by_scorer(name, metric, make, match, **settings):
    """Return a question: a scorer of tasks, on targets."""
    settings = {"where": joint} | settings
    return BadQuestion(
        f"task_scorer, {name}",
        lambda model, call: task_scorer(metric)(model, call.X, make(call.y)),
        match,
        **settings,
    )


def of_tasks(name, ask, match, **settings):
    """Return a question of a joint model."""
    return BadQuestion(name, ask, match, **{"where": joint} | settings)


def same(y):
    """Return targets as they are."""
    return y


def numbers(subject):
    """Whether all tasks are numbers."""
    return subject.types == {"regression"}


def classes(subject):
    """Whether there is a task with classes."""
    return "died" in subject.tasks and subject.is_joint


OF_LENGTH = ("transposed", "shorter", "longer", "one row", "no columns")
IN_FIT = [bad for bad in inputs.TABLE if not any(word in bad.name for word in OF_LENGTH)]
WIDTH = r"X has \d+ features, but .* is expecting \d features"

SHAPES = [
    BadQuestion("predict, a feature too few", lambda m, c: m.predict(c.X[:, :-1]), WIDTH),
    BadQuestion("predict, a feature too many", lambda m, c: m.predict(np.c_[c.X, c.X[:, 0]]), WIDTH),
    BadQuestion("predict, transposed", lambda m, c: m.predict(c.X.T), WIDTH),
    BadQuestion("predict, no columns", lambda m, c: m.predict(c.X[:, :0]), rf"0 feature\(s\)|{WIDTH}"),
    BadQuestion("predict, sparse of another width", lambda m, c: m.predict(sparse.csr_array(c.X[:, :-1])), WIDTH, lambda s: "scikit" not in s.name),
    BadQuestion("score, a feature too few", lambda m, c: m.score(c.X[:, :-1], c.y), WIDTH),
    BadQuestion("decision_function, a feature too few", lambda m, c: m.decision_function(c.X[:, :-1]), WIDTH, joint),
    BadQuestion("predict_proba, a feature too few", lambda m, c: m.predict_proba(c.X[:, :-1]), WIDTH, classes),
    BadQuestion("transform, a feature too few", lambda m, c: m.transform(c.X[:, :-1]), WIDTH, lambda s: s.name.startswith("MultiTaskMLP")),
    BadQuestion("fit_transform of bad X", lambda m, c: m.transform(c.X[:, 0]), "Expected 2D array", lambda s: s.name.startswith("MultiTaskMLP")),
    BadQuestion("view, a feature too few", lambda m, c: task_view(m, m.tasks_[0]).predict(c.X[:, :-1]), WIDTH, joint),
]  # fmt: skip

SCORED = [
    bad_score("y None", lambda y: None, "y.*None|None"),
    bad_score("y shorter", lambda y: TaskTargets(y)[:-1], r"inconsistent.*\[30, 29\]", where=joint),
    bad_score("one outcome shorter", lambda y: y[:-1], r"inconsistent.*\[?(30|29), (30|29)", where=lambda s: not s.is_joint),
    bad_score("other tasks", lambda y: {"age": ROWS / 7}, "y must have the tasks of the model.*'age'", where=joint),
    bad_score("no tasks", lambda y: {}, "y must hold at least one task", where=joint),
    bad_score("fewer columns", lambda y: np.zeros((N_ROWS, 1)), "y must have the tasks of the model.*y0", where=joint),
    bad_score("strings for numbers", lambda y: y | {"days": np.resize(["a", "b"], N_ROWS)}, "'days'.*(labels|numbers|'a')", where=lambda s: s.is_joint and "days" in s.tasks),
    bad_score("nothing known", lambda y: {name: np.full(N_ROWS, None) for name in y}, r"no task can be scored.*{task}", where=joint),
    bad_score("unknown classes only", lambda y: y | dict.fromkeys(y, np.resize(["a", "b"], N_ROWS)), "no task can be scored.*(class|{task})|{task}.*'a'", where=lambda s: s.is_joint and s.tasks[0] == "died"),
    bad_score("3-D", lambda y: np.zeros((N_ROWS, 2, 2)), r"\(30, 2, 2\)|dim 3", where=joint),
    bad_score("a number", lambda y: 3.0, r"3\.0|got <class 'float'>", where=joint),
]  # fmt: skip

SCORERS = [
    by_scorer("an unknown metric", "mse", same, "'mse', asked for task {task}, is no metric"),
    by_scorer("a number", 3, same, "metric of task {task} must be a name or a scorer, got 3"),
    by_scorer("an unknown task", {"age": "r2"}, same, "metric must name tasks of the model.*'age'"),
    by_scorer("no task", {}, same, r"metric must name tasks of the model.*\[\]"),
    by_scorer("a metric of classes", "roc_auc", same, "'roc_auc' does not fit task 'days'.*'regression'", where=lambda s: s.is_joint and "days" in s.tasks),
    by_scorer("a metric of numbers", "r2", same, "'r2' does not fit task 'died'.*'binary'", where=classes),
    by_scorer("calibration", "calibration_slope", same, "'calibration_slope' of task {task} is no score"),
    by_scorer("an event that nobody names", {"died": "f1"}, same, r"'f1' of task 'died'.*events=", where=classes),
    by_scorer("y has other tasks", None, lambda y: {"age": ROWS / 7}, "y must have.*'age'"),
    by_scorer("strings for numbers", None, lambda y: y | {"days": np.resize(["a", "b"], N_ROWS)}, "'days'.*(labels|numbers)", where=lambda s: s.is_joint and "days" in s.tasks),
    by_scorer("y is shorter", None, lambda y: TaskTargets(y)[:-1], r"inconsistent.*\[30, 29\]"),
    by_scorer("y is None", None, lambda y: None, "y.*None"),
    of_tasks("task_scorer, weights longer", lambda m, c: task_scorer()(m, c.X, c.y, np.ones(99)), r"sample_weight must have shape.*\(99,\)"),
    of_tasks("task_scorer, average", lambda m, c: task_scorer(average="median")(m, c.X, c.y), "average of TaskScorer.*'median'"),
]  # fmt: skip

TOOLS = [
    of_tasks("task, unknown", lambda m, c: m.task("age"), "'age' is no task of the model.*{task}"),
    of_tasks("task_view, unknown", lambda m, c: task_view(m, "age"), "'age' is no task of the model.*{task}"),
    of_tasks("task_view, a list", lambda m, c: task_view(m, ["days"]), r"\['days'\] is no task of the model"),
    of_tasks("task_view, a position", lambda m, c: task_view(m, 0), "0 is no task of the model"),
    of_tasks("task_view, fit", lambda m, c: task_view(m, m.tasks_[0]).fit(c.X, c.y), "FrozenEstimator", errors=(NotImplementedError,)),
    of_tasks("task_scores, no X", lambda m, c: task_scores(c.y, m), "X must be given with a model"),
    of_tasks("task_scores, another order", lambda m, c: task_scores(m, c.X, c.y), "y_true must be targets, got .*the order is"),
    of_tasks("task_scores, unknown metric", lambda m, c: task_scores(c.y, m, c.X, "mse"), "'mse', asked for task {task}, is no metric"),
    of_tasks("task_scores, unknown task", lambda m, c: task_scores(c.y, m, c.X, {"age": "r2"}), "metrics must name tasks.*'age'"),
    of_tasks("task_scores, y shorter", lambda m, c: task_scores(TaskTargets(c.y)[:-1], m, c.X), r"inconsistent.*\[30, 29\]"),
    of_tasks("task_scores, a task too few", lambda m, c: task_scores({"age": ROWS / 7}, m, c.X), "tasks.*'age'"),
    of_tasks("task_scores, predictions shorter", lambda m, c: task_scores(c.y, m.predict(c.X[:-1])), "y_pred of task {task} must have 30 samples, got 29"),
    of_tasks("task_scores, predictions of other tasks", lambda m, c: task_scores(c.y, {"age": ROWS}), "y_pred must have tasks of y_true.*'age'"),
    of_tasks("task_scores, predictions and X", lambda m, c: task_scores(c.y, m.predict(c.X), c.X), "X must be given with a model only"),
    of_tasks("task_scores, weights", lambda m, c: task_scores(c.y, m, c.X, sample_weight=-np.ones(N_ROWS)), "sample_weight.*-1"),
    of_tasks("task_scores, groups", lambda m, c: task_scores(c.y, m, c.X, n_bootstraps=2, groups=ROWS[:-1]), r"inconsistent.*29"),
    of_tasks("task_scores, n_bootstraps", lambda m, c: task_scores(c.y, m, c.X, n_bootstraps=-1), "n_bootstraps must be.*-1"),
    of_tasks("task_scores, confidence_level", lambda m, c: task_scores(c.y, m, c.X, confidence_level=95), "confidence_level must be.*95"),
    of_tasks("task_scores, random_state", lambda m, c: task_scores(c.y, m, c.X, n_bootstraps=2, random_state=-1), "random_state must be.*-1"),
]  # fmt: skip

FRAME = ["x0", "x1", "x2"]


def named(X, names=FRAME):
    """Return inputs in a frame."""
    return pd.DataFrame(X[:, : len(names)], columns=names)


NAMES = [
    ("names in another order", lambda X: named(X)[FRAME[::-1]], "feature names.*order"),
    ("other names", lambda X: named(X, ["a", "b", "c"]), "feature names.*unseen at fit time.*a"),
    ("a name that is missing", lambda X: named(X)[["x0", "x1"]], "feature names.*(missing|x2)"),
    ("a name too many", lambda X: named(X).assign(age=1.0), "feature names.*unseen at fit time.*age"),
    ("names given twice", lambda X: named(X, ["x0", "x1", "x1"]), "column names of X must be unique.*'x1'"),
    ("a column of strings", lambda X: named(X).assign(x1="a"), "could not convert.*'a'"),
]  # fmt: skip

TABLE = [*(asked_of(bad, "predict") for bad in IN_FIT), *SHAPES, *SCORED, *SCORERS, *TOOLS]
