"""Contestants under penalties that are norms or sums of norms, strengths as a Regulariser has them."""

import warnings
from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np
from sklearn.linear_model import MultiTaskLasso, enet_path

from skmtl import MultiTaskGLM, linear_model
from skmtl.penalties import L21, Dirty, NuclearNorm, RobustFeatures, RobustLowRank

from .fista import run
from .norms import Regulariser
from .problems import Problem
from .referee import Coefficients
from .rivals import Contestant, read_one, said

ITERATIONS = 100_000
OURS = {made.__name__: made for made in (L21, NuclearNorm, Dirty, RobustLowRank, RobustFeatures)}


def quiet(fit: Callable[[Problem], Any]) -> Callable[[Problem], Any]:
    """Fit without warnings: what a loose tolerance leaves undone is the referee's to say."""

    @wraps(fit)
    def fit_quietly(problem: Problem) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return fit(problem)

    return fit_quietly


def joint_glm(regulariser: Regulariser, **options) -> Contestant:
    """skmtl's model with the penalty of that name."""
    name = f"MultiTaskGLM({regulariser.name}{said(options)})"
    penalty = OURS[regulariser.name](*regulariser.strengths)

    @quiet
    def fit(problem: Problem):
        kind = "binary" if problem.binary else "regression"
        model = MultiTaskGLM(penalty, task_types=kind, scale_targets=False, **options)
        return model.fit(problem.X, problem.y)

    return Contestant(name, fit, read_parts)


def read_parts(model) -> Coefficients:
    """Read a model of all tasks, and the summands of its coefficients where it has them."""
    parts = getattr(model, "components_", {})
    return Coefficients(model.coef_, model.intercept_, tuple(parts.values()))


def multi_task_lasso(strength: float, tol: float = 1e-4) -> Contestant:
    """scikit-learn's coordinate descent; strength is the number before the sum of row norms."""

    @quiet
    def fit(problem: Problem):
        alpha = strength / len(problem.Y)
        return MultiTaskLasso(alpha, tol=tol, max_iter=ITERATIONS).fit(problem.X, problem.Y)

    name = f"MultiTaskLasso(tol={tol:g})"
    with_sparse = MultiTaskLasso().__sklearn_tags__().input_tags.sparse  # since scikit-learn 1.9
    return Contestant(name, fit, read_one, False, False, with_sparse=with_sparse)


def skglm_lasso(strength: float, tol: float = 1e-4) -> Contestant:
    """skglm's block coordinate descent on working sets."""
    name = f"skglm.MultiTaskLasso(tol={tol:g})"
    try:
        import skglm
    except ImportError as error:
        return Contestant(name, lambda problem: None, lacks=str(error))

    @quiet
    def fit(problem: Problem):
        alpha = strength / len(problem.Y)
        X = problem.X.tocsc() if problem.is_sparse else problem.X
        return skglm.MultiTaskLasso(alpha, tol=tol, max_iter=1000).fit(X, problem.Y)

    return Contestant(name, fit, read_one, False, with_missing=False, with_sparse=False)


def celer_path(strengths: np.ndarray, tol: float = 1e-6) -> Contestant:
    """celer's path: its estimators call what scikit-learn 1.6 removed, its function runs."""
    name = f"celer.homotopy.mtl_path(tol={tol:g})"
    try:
        from celer.homotopy import mtl_path
    except ImportError as error:
        return Contestant(name, lambda problem: None, lacks=str(error))
    fit = on_centred(
        lambda X, Y: mtl_path(X, Y, alphas=strengths / len(Y), tol=tol, max_iter=1000)[1]
    )
    return Contestant(name, fit, as_is, False, with_missing=False, with_sparse=False)


def adelie_path(strengths: np.ndarray, tol: float = 1e-7) -> Contestant:
    """adelie's path: its loss is divided by the numbers of samples and of tasks."""
    name = f"adelie.grpnet(tol={tol:g})"
    try:
        import adelie
    except ImportError as error:
        return Contestant(name, lambda problem: None, lacks=str(error))

    @quiet
    def fit(problem: Problem):
        X, Y = np.asfortranarray(problem.X), np.ascontiguousarray(problem.Y)
        state = adelie.grpnet(
            X,
            adelie.glm.multigaussian(Y),
            lmda_path=strengths / Y.size,
            penalty=np.ones(X.shape[1]),
            tol=tol,
            early_exit=False,
            progress_bar=False,
        )
        coef = state.betas.toarray().reshape(len(strengths), X.shape[1], Y.shape[1])
        return Coefficients(np.swapaxes(coef, 1, 2), np.asarray(state.intercepts))

    return Contestant(name, fit, as_is, False, with_missing=False, with_sparse=False)


def lasso_path(strengths: np.ndarray, tol: float = 1e-4) -> Contestant:
    """scikit-learn's path of coordinate descents."""
    fit = on_centred(
        lambda X, Y: enet_path(
            X, Y, l1_ratio=1.0, alphas=strengths / len(Y), tol=tol, max_iter=ITERATIONS
        )[1]
    )
    name = f"enet_path(tol={tol:g})"
    return Contestant(name, fit, as_is, False, with_missing=False, with_sparse=False)


def on_centred(path: Callable[[np.ndarray, np.ndarray], np.ndarray]):
    """Fit a path without intercepts, (n_tasks, n_features, n_strengths), to centred data."""

    @quiet
    def fit(problem: Problem) -> Coefficients:
        mean, middle = problem.X.mean(axis=0), problem.Y.mean(axis=0)
        X = np.array(problem.X, order="F")
        X -= mean
        coef = np.moveaxis(path(X, np.asfortranarray(problem.Y - middle)), -1, 0)
        return Coefficients(coef, middle - coef @ mean)

    return fit


def regularization_path(strengths: np.ndarray, **options) -> Contestant:
    """skmtl's path."""
    name = f"regularization_path(L21{said(options)})"

    @quiet
    def fit(problem: Problem):
        settings = {"alphas": strengths, "scale_targets": False, **options}
        return linear_model.regularization_path(problem.X, problem.y, L21(1.0), **settings)

    read = lambda found: Coefficients(found.coef, found.intercept)
    return Contestant(name, fit, read, False)


def first_of(contestant: Contestant) -> Contestant:
    """A path of one strength, read as one fit."""
    read = lambda found: Coefficients(found.coef[0], found.intercept[0])
    return Contestant(
        contestant.name, contestant.fit, read, False, False, contestant.lacks, with_sparse=False
    )


def textbook_fista(regulariser: Regulariser, n_iter: int) -> Contestant:
    """The textbook method, stopped after so many iterations: what it need not test costs it nothing."""
    fit = lambda problem: run(problem, regulariser, n_iter)
    name = f"textbook FISTA({regulariser.name}), {n_iter} iterations"
    return Contestant(name, fit, as_is, with_sparse=False)


def as_is(found: Coefficients) -> Coefficients:
    """Read what is given as coefficients."""
    return found
