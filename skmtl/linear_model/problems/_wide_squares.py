"""Squared losses with all labels, whose features are looked at on the samples and solved for a few at a time."""

from dataclasses import dataclass, replace

import numpy as np

from ...penalties import Composite
from ...solvers import (
    MOST_ROWS,
    Curvature,
    GramProblem,
    KroneckerCurvature,
    inverse_of_diagonal,
    power_iterations,
)
from ._certificate import evaluate_latest
from ._design import Design
from ._nonsmooth import NonsmoothProblem

MANY = 0.6  # features, relative to the samples, above which products with X are cheaper than a Gram matrix


@dataclass(frozen=True, eq=False)
class Products(Curvature):
    """V -> X' S X V kappa by two products, for more features than would pay for their Gram matrix."""

    design: Design
    row_weight: np.ndarray | None
    kappa: np.ndarray
    top: float

    @classmethod
    def of(cls, design: Design, row_weight: np.ndarray | None, kappa: np.ndarray) -> "Products":
        """Find top."""
        made = cls(design, row_weight, kappa, 0.0)
        top = power_iterations(lambda v: made._square(v[:, None])[:, 0], design.shape[1])
        return replace(made, top=top * float(kappa.max()))

    def product(self, V):
        return self._square(V) * self.kappa

    def diagonal(self, shape):
        return np.outer(self.design.squares(self.row_weight), self.kappa)

    def matrix(self, shape):
        return np.kron(self.design.gram(self.row_weight), np.diag(self.kappa))

    def shifted_inverse(self, metric):
        return inverse_of_diagonal(self, metric)

    def features(self, rows):
        return Products.of(self.design.features(rows), self.row_weight, self.kappa)

    def times(self, factor):
        return replace(self, kappa=factor * self.kappa, top=factor * self.top)

    def _square(self, V: np.ndarray) -> np.ndarray:
        R = self.design.forward(V)
        return self.design.backward(R if self.row_weight is None else R * self.row_weight[:, None])


@dataclass(frozen=True, eq=False)
class WideSquares:
    """Minimise half_square - <B, V> + 1/2 sum_t kappa_t V_t' X' S X V_t + penalty(parts), X centred, S the weights.

    It is the quadratic form of a problem. Few features have a Gram matrix at a time; all are looked at on the data as
    given, so that the last look is the certificate.
    """

    problem: NonsmoothProblem
    kappa: np.ndarray
    B: np.ndarray
    half_square: float

    @property
    def penalty(self) -> Composite:
        """The penalty."""
        return self.problem.penalty

    @property
    def scale(self) -> float:
        """What tolerances are relative to."""
        return self.problem.scale

    def features(self, rows: np.ndarray) -> GramProblem:
        """Return the problem in which all other features have weights of zero."""
        curvature: Curvature
        grown = self.problem.layout.grown
        most = MANY * grown.design.shape[0]
        if self.penalty.row_strength is not None:
            most = max(most, MOST_ROWS)  # Newton's method in the rows is much faster
        if len(rows) > most:
            curvature = Products.of(grown.design.features(rows), grown.row_weight, self.kappa)
        else:
            curvature = KroneckerCurvature.of(grown.of(rows), self.kappa)
        return GramProblem(curvature, self.B[rows], self.half_square, self.penalty, self.scale)

    def gradient_and_gap(self, parts: np.ndarray) -> tuple[np.ndarray, float]:
        """Return the gradient of all that is smooth, for all features, and the duality gap."""
        V = parts.sum(axis=0)
        if not V.any():
            nothing = KroneckerCurvature.of(0.0, self.kappa)
            whole = GramProblem(nothing, self.B, self.half_square, self.penalty, self.scale)
            return -self.B, whole.gap(parts, V)
        layout, W = self.problem.layout, V / self.penalty.u
        seen = evaluate_latest(layout, self.problem.intercepts, W)
        slope = self.penalty.slope(V)
        return seen.C / self.penalty.u + slope, self.problem.gap_as_given(parts, seen)
