"""The smooth problem of a fit, as a model would hand it to a solver, and its dense Hessian."""

import numpy as np

from skmtl.linear_model.problems import prepare
from skmtl.linear_model.problems._smooth import SmoothProblem
from skmtl.tasks import check_fit


def prepared(model, X, y, weight=None):
    """Return a fit ready to be solved."""
    setup = model._setup()
    came = check_fit(model, X, y, weight, setup.typing)
    return prepare(came, setup, model.task_weight, model.fit_intercept)


def problem_of(model, X, y, weight=None):
    """Return the problem of a fit with a quadratic penalty."""
    made = prepared(model, X, y, weight)
    return SmoothProblem.of(made.layout, model._setup().penalty.bind(made.columns, None))


def derivatives(problem):
    """Return the derivatives of all raw predictions, those of a sample side by side, in the problem's vector."""
    F, basis = problem.coupling.matrix(), problem.intercepts.matrix()
    blocks = []
    for chunk in problem.passes.chunks:
        Z, at = chunk.design.values(), np.arange(problem.layout.n_columns)[chunk.columns]
        in_U = np.einsum("ij,tr->itjr", Z, F[at]).reshape(len(Z) * len(at), -1)
        blocks.append(np.hstack([in_U, np.tile(basis[at], (len(Z), 1))]))
    return np.vstack(blocks)


def dense_hessian(problem, raw):
    """Return the Hessian of a problem whose losses have no second derivatives between columns."""
    J = derivatives(problem)
    parts = zip(problem.passes.chunks, raw, strict=True)
    h = np.concatenate([chunk.loss.curvatures(part).ravel() for chunk, part in parts])
    ones = np.ones(J.shape[1] - len(problem.intercepts.ridge))
    return J.T @ (h[:, None] * J) + np.diag(np.r_[ones, problem.intercepts.ridge])
