"""The penalty of a draw: as the package has it, and from its definition."""

from typing import NamedTuple

import numpy as np
from certificates import Task
from family import FAMILY, joined
from quadratics import Pooling, Prior, factors, graph_laplacian, mean_regularized, ties

from skmtl.penalties import GraphLaplacian, MeanRegularized

from .gaps import as_floats
from .objectives import Objective
from .specs import Spec

MEMBERS = {member.name: member for member in FAMILY}
LARGEST, SMALLEST = 1e300, 1e-300
# Of those that are not quadratic, how their strength follows the units of X: alpha_max is linear, curvature square.
SQUARE = {"LearnedCovariance", "Clustered"}
LINEAR = {"L21", "L1Inf", "NuclearNorm", "SparseGroup", "Dirty", "Dirty-l21", "RobustLowRank"}
LINEAR |= {"RobustFeatures"}
SHARES = {
    0: 0.3,
    1: 0.6,
    2: 0.9,
    3: 1.1,
    4: 2.0,
}  # of alpha_max, by strength; below 0 they fall to 1e-4


class Strengths(NamedTuple):
    """Strengths of the penalty's two parts."""

    first: float
    second: float

    def times(self, factor: float) -> "Strengths":
        """Return both times a number."""
        return Strengths(self.first * factor, self.second * factor)


def quadratic_strength(spec: Spec, unit: np.ndarray) -> float:
    """Return alpha, in relation to the variance of a feature of middling size."""
    with np.errstate(over="ignore", under="ignore"):
        alpha = 10.0**spec.strength * np.float64(np.median(unit)) ** 2
    return float(np.clip(alpha, SMALLEST, LARGEST))


def strengths_of(spec: Spec, unit: np.ndarray, at: Objective) -> Strengths:
    """Return the strengths of the penalty of a draw."""
    alpha = quadratic_strength(spec, unit)
    if spec.is_quadratic or spec.penalty in SQUARE:
        return Strengths(alpha, alpha)
    if spec.is_extreme:
        return Strengths(10.0, 10.0)
    X, tasks = (at.X - at.common_centre).astype(float), [as_floats(task) for task in at.tasks]
    both = MEMBERS[spec.penalty].strengths(X, tasks, share(spec), at.fit_intercept)
    return Strengths(*(float(s) if s >= 1e-12 else 1e-12 for s in both))  # some are no number


def share(spec: Spec) -> float:
    """Return the strength as a share of the least that leaves nothing."""
    return SHARES.get(spec.strength, 0.3 * 10.0 ** (0.35 * spec.strength))


def degree(spec: Spec) -> int | None:
    """Return the power of the unit of X that the strengths follow; None where parts differ."""
    if spec.is_quadratic or spec.penalty in SQUARE:
        return 2
    return 1 if spec.penalty in LINEAR else None


def penalty_of(spec: Spec, strengths: Strengths, tasks: list[Task]):
    """Return the penalty of the package."""
    if spec.penalty == "mean":
        pool = spec.pool == "yes"
        return MeanRegularized(strengths.first, spec.sharing, signs=spec.signs, pool_intercept=pool)
    if spec.penalty == "graph":
        return GraphLaplacian(joined(tasks), strengths.first, l2=strengths.first)
    return MEMBERS[spec.penalty].penalty(tasks, *strengths)


def defined(spec: Spec, strengths: Strengths, tasks: list[Task], q: np.ndarray):
    """Return the definition of the penalty that ``MultiTaskGLM`` has."""
    if spec.penalty == "mean":
        pool = spec.pool == "yes"
        return mean_prior(tasks, strengths.first, spec.sharing, q, pool=pool, balance=True)
    if spec.penalty == "graph":
        return graph_laplacian(tasks, joined(tasks), strengths.first, strengths.first, balance=True)
    return MEMBERS[spec.penalty].define(tasks, *strengths)


def mean_prior(
    tasks: list[Task], alpha, sharing: float, q: np.ndarray, *, pool: bool, balance: bool
) -> Prior:
    """Return the definition of MeanRegularized: at a sharing of 1 with one intercept for all; q are signs, or 0."""
    if pool and sharing == 1.0:
        prior = mean_regularized(tasks, alpha, sharing, q, balance=balance)
        strengths = alpha if isinstance(alpha, dict) else None
        u = factors(tasks, strengths, balance)
        return Prior(prior.covariance, Pooling(ties(tasks), q * u, np.inf))
    return mean_regularized(tasks, alpha, sharing, q, balance=balance, pool=pool)
