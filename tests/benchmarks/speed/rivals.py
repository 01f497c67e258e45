"""Contestants: what they fit, and why they skip a problem."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge

import skmtl.linear_model
from skmtl import MultiTaskLogisticRegression, MultiTaskRidge

from .problems import Problem
from .referee import Coefficients


@dataclass(frozen=True)
class Contestant:
    """A way to fit a problem: fit is timed, read is not and gives what the referee scores.

    ``binary`` says which problems it takes; None for both. ``with_missing`` whether labels may be missing,
    ``with_sparse`` whether inputs may be a sparse matrix.
    """

    name: str
    fit: Callable[[Problem], Any]
    read: Callable[[Any], Coefficients] | None = None
    binary: bool | None = None
    with_missing: bool = True
    lacks: str = ""
    with_sparse: bool = True

    def skip(self, problem: Problem) -> str:
        """Say why it cannot enter; empty where it can."""
        if self.lacks:
            return self.lacks
        if self.binary is not None and self.binary != problem.binary:
            return "needs classes" if self.binary else "needs real numbers"
        if not self.with_missing and not problem.is_full:
            return "takes no missing labels"
        if not self.with_sparse and problem.is_sparse:
            return "takes no sparse inputs"
        return ""


def read_one(model) -> Coefficients:
    """Read a model of all tasks."""
    return Coefficients(model.coef_, model.intercept_)


def read_each(models) -> Coefficients:
    """Read a list of models, one a task."""
    coef = np.vstack([np.ravel(model.coef_) for model in models])
    return Coefficients(coef, np.array([float(np.squeeze(model.intercept_)) for model in models]))


def read(fitted: Any) -> Coefficients:
    """Read one model of all tasks, or a list of one a task."""
    return read_each(fitted) if isinstance(fitted, list) else read_one(fitted)


def per_task(make: Callable[[], Any], encode=lambda y: y) -> Callable[[Problem], list]:
    """Fit one model a task, on the samples with a label."""

    def fit(problem: Problem) -> list:
        models = []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            for t in range(problem.n_tasks):
                X, y = problem.labelled(t)
                models.append(make().fit(X, encode(y)))
        return models

    return fit


def joint_ridge(sharing: float = 0.25, alpha: float = 1.0, **options) -> Contestant:
    """skmtl's ridge of all tasks at once."""
    name = f"MultiTaskRidge(sharing={sharing:g}{said(options)})"
    make = lambda: MultiTaskRidge(alpha, sharing, **options)
    return Contestant(name, lambda problem: make().fit(problem.X, problem.y), read_one, False)


def multi_output_ridge(alpha: float = 1.0) -> Contestant:
    """scikit-learn's ridge, which shares its factorisation among tasks."""
    fit = lambda problem: Ridge(alpha).fit(problem.X, problem.Y)
    return Contestant("Ridge, multi-output", fit, read_one, False, with_missing=False)


def separate_ridge(alpha: float = 1.0) -> Contestant:
    """One Ridge a task."""
    return Contestant("Ridge per task", per_task(lambda: Ridge(alpha)), read_each, False)


def joint_logistic(sharing: float = 0.25, C: float = 1.0, **options) -> Contestant:
    """skmtl's logistic regression of all tasks at once."""
    name = f"MultiTaskLogisticRegression(sharing={sharing:g}{said(options)})"
    make = lambda: MultiTaskLogisticRegression(C, sharing, **options)
    return Contestant(name, lambda problem: make().fit(problem.X, problem.y), read_one, True)


def separate_logistic(solver: str = "lbfgs", tol: float = 1e-4, C: float = 1.0) -> Contestant:
    """One LogisticRegression a task."""
    make = lambda: LogisticRegression(C=C, solver=solver, tol=tol, max_iter=10_000)
    fit = per_task(make, lambda y: y.astype(int))
    return Contestant(f"LogisticRegression({solver}, tol={tol:g}) per task", fit, read_each, True)


def ridge_grid(alphas: np.ndarray, sharings: np.ndarray) -> Contestant:
    """skmtl's ridge at every pair of strength and sharing."""
    name = f"ridge_path, {len(alphas)} alphas x {len(sharings)} sharings"
    path = getattr(skmtl.linear_model, "ridge_path", None)
    if path is None:
        return Contestant(name, lambda problem: None, lacks="skmtl.linear_model has no ridge_path")
    fit = lambda problem: path(problem.X, problem.y, alphas=alphas, sharings=sharings)
    return Contestant(name, fit, lambda found: found, False)


def gram_products() -> Contestant:
    """The products that no exact method goes without: the smaller Gram matrix and X'Y, once."""

    def multiply(problem: Problem):
        X = problem.X
        n_samples, n_features = X.shape
        return X.T @ X if n_features <= n_samples else X @ X.T, X.T @ problem.Y

    return Contestant("(Gram and X'Y once, nothing else)", multiply)


def one_pass() -> Contestant:
    """The products of one iteration: X W and X'R."""

    def multiply(problem: Problem):
        W = np.ones((problem.X.shape[1], problem.n_tasks))
        return problem.X.T @ (problem.X @ W)

    return Contestant("(X W and X'R once, nothing else)", multiply)


def said(options: dict) -> str:
    """Options as they stand in a name."""
    return "".join(f", {key}={value!r}" for key, value in options.items())
