"""The textbook method that everyone would write: FISTA with a fixed step, one pass over the data an iteration.

A. Beck and M. Teboulle (2009). A fast iterative shrinkage-thresholding algorithm for linear inverse problems. SIAM
Journal on Imaging Sciences 2, 183-202: "FISTA with constant stepsize".
"""

from collections.abc import Iterator
from itertools import islice

import numpy as np
from scipy.special import expit

from .norms import Regulariser
from .problems import Problem
from .referee import Coefficients
from .referee_norms import BALANCE


def fista(problem: Problem, regulariser: Regulariser) -> Iterator[Coefficients]:
    """Yield the iterates, from V = 0 with the intercepts that are best for it.

    X is centred implicitly; the gradient in each part P_k is that in W = sum_k P_k, so the Lipschitz constant is the
    number of parts times that in W. Norms being homogeneous, norm(u W) is u norm(W).
    """
    X, mean = problem.X, problem.X.mean(axis=0)
    seen = ~np.isnan(problem.Y)
    Y, full = np.where(seen, problem.Y, 0.0), seen.all()
    share = Y.sum(axis=0) / seen.sum(axis=0)
    b = np.log(share / (1.0 - share)) if problem.binary else share
    strengths = [BALANCE[problem.binary] * strength for strength in regulariser.strengths]
    step = 1.0 / lipschitz(problem, len(strengths))
    P = np.zeros((len(strengths), X.shape[1], Y.shape[1]))
    ahead, b_ahead, t = P, b, 1.0
    while True:
        W = ahead.sum(axis=0)
        R = X @ W
        R += b_ahead - mean @ W
        if problem.binary:
            expit(R, out=R)
        R -= Y
        if not full:
            R *= seen
        sums = R.sum(axis=0)
        C = X.T @ R
        C -= np.outer(mean, sums)
        each = zip(regulariser.norms, ahead, strengths)
        new = np.stack([norm.prox(part - step * C, step * s) for norm, part, s in each])
        new_b = b_ahead - step * sums
        new_t = 0.5 * (1.0 + np.sqrt(1.0 + 4.0 * t**2))
        ahead = new + (t - 1.0) / new_t * (new - P)
        b_ahead = new_b + (t - 1.0) / new_t * (new_b - b)
        P, b, t = new, new_b, new_t
        W = P.sum(axis=0)
        yield Coefficients(W.T, b - mean @ W, tuple(np.swapaxes(P, 1, 2)))


def lipschitz(problem: Problem, n_parts: int) -> float:
    """Return the Lipschitz constant of the gradient in the parts and the intercepts."""
    X, (n, d) = problem.X, problem.X.shape
    mean = X.mean(axis=0)
    gram = X.T @ X - n * np.outer(mean, mean) if d <= n else (X - mean) @ (X - mean).T
    largest = np.linalg.eigvalsh(gram)[-1]
    return (0.25 if problem.binary else 1.0) * max(n_parts * largest, n)


def run(problem: Problem, regulariser: Regulariser, n_iter: int) -> Coefficients:
    """Return the iterate after so many iterations."""
    return next(islice(fista(problem, regulariser), n_iter - 1, None))
