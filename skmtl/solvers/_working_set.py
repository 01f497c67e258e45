"""Working sets of features, for penalties that leave most of them out."""

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from ._base import CompositeSolver, Parts
from ._gram import Proximable

GROWTH = 3  # times as many features as are used may come in at once
FIRST = 300  # features that a working set starts with at most, if none is known to be used
MOST = (
    0.5  # share of the features above which all are taken in: another working set would cost more
)
EASY = 0.3  # tolerance inside a working set, relative to that of all features
ROUGH = 0.1  # the same while a large set still grows, relative to the latest gap
LARGE = 300  # features in such a set


class FeatureProblem(Protocol):
    """A penalised problem that can be restricted to some features, by_rows."""

    @property
    def penalty(self) -> Proximable:
        """The penalty."""

    @property
    def scale(self) -> float:
        """What tolerances are relative to."""

    def features(self, rows: np.ndarray):  # type: ignore[no-untyped-def]
        """Return the problem in which all other features have weights of zero."""

    def gradient_and_gap(self, parts: np.ndarray) -> tuple[np.ndarray, float]:
        """Return the gradient of all that is smooth, for all features, and the duality gap."""


class WorkingSet(CompositeSolver):
    """Solves for some features at a time, until the others have no reason to leave zero.

    Parameters
    ----------
    max_iter : int, default=1000
        Largest number of iterations in all working sets together.

    tol : float, default=1e-12
        Stop where the duality gap, over all features, is at most tol times the scale of the problem.

    inner : callable, default=None
        Takes max_iter and tol, and gives the solver within a working set: a class such as FISTA or ProximalNewton.

    Notes
    -----
    Minimises what is smooth plus penalty(parts), a sum over features. Each round:

    1. computes the gradient C of all that is smooth, and the duality gap, over all features;
    2. looks for the features outside the set that would leave zero under C, those first that would move farthest; stops
       where the gap is small enough, or there are none and the set was solved to its full tolerance;
    3. takes them into the working set, or all features where that has most of them;
    4. solves for the features in the set, all others zero: roughly while a large set still grows.

    Examples
    --------
    It is what MultiTaskGLM uses where a penalty is a sum over features:

    >>> from skmtl.solvers import FISTA, WorkingSet
    >>> WorkingSet(inner=FISTA).get_params()["tol"]
    1e-12
    """

    def __init__(
        self, max_iter: int = 1000, tol: float = 1e-12, inner: Callable[..., Any] | None = None
    ) -> None:
        self.max_iter = max_iter
        self.tol = tol
        self.inner = inner

    def solve(self, problem: FeatureProblem, start: np.ndarray) -> Parts:
        """Minimise the problem from start.

        Parameters
        ----------
        problem : FeatureProblem
            What to minimise.

        start : ndarray of shape (n_terms, n_features, n_columns)
            Where to start.

        Returns
        -------
        solution : Parts
            Where the method stopped.
        """
        assert self.inner is not None
        parts, n_iter, known = start.copy(), 0, False
        used = np.flatnonzero(np.any(parts != 0.0, axis=(0, 2)))
        while True:
            C, gap = problem.gradient_and_gap(parts)  # 1
            gap /= problem.scale
            new = fresh(problem.penalty.moving_rows(C), used)  # 2
            left = self.max_iter - n_iter
            if gap <= self.tol or (known and not len(new)) or left <= 0:
                return Parts(parts, float(gap), n_iter, bool(gap <= self.tol))
            used = joined(used, new, parts.shape[1])  # 3
            tol = EASY * self.tol  # 4
            if len(new) and len(used) > LARGE:
                tol = max(tol, ROUGH * gap)
            solution = self.inner(max_iter=left, tol=tol).solve(
                problem.features(used), parts[:, used]
            )
            parts = np.zeros_like(parts)
            parts[:, used] = solution.parts
            n_iter += solution.n_iter
            known = tol == EASY * self.tol


def joined(used: np.ndarray, new: np.ndarray, n_features: int) -> np.ndarray:
    """Return a working set with new features, or all features where most are in."""
    if len(used) + len(new) > MOST * n_features:
        return np.arange(n_features)
    return np.sort(np.concatenate([used, new]))


def fresh(moving: np.ndarray, used: np.ndarray) -> np.ndarray:
    """Return features to take into a working set: those that would move farthest, and not too many."""
    moving = moving.copy()
    moving[used] = 0.0
    most = max(FIRST, GROWTH * len(used))
    wanted = np.flatnonzero(moving)
    if len(wanted) > most:
        wanted = wanted[np.argsort(-moving[wanted], kind="stable")[:most]]
    return np.sort(wanted)
