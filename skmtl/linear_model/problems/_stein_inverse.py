"""Inverse Hessians that know the curvature of each column along its weights, which is not that elsewhere.

Where inputs are normal, Stein's lemma says what the Hessian of a generalised linear loss is in the weights w of a
column: the Gram matrix G times the mean curvature, and a matrix of rank one along G w. But for the noise of the sample,
that is all by which the Hessian is not a multiple of the Gram matrix.

References
----------
M. A. Erdogdu (2015). Newton-Stein method: a second order method for GLMs via Stein's lemma. NeurIPS 28.
"""

from dataclasses import dataclass

import numpy as np

from ._coupling import StarCoupling
from ._gram_inverse import Inverse

LEAST = 0.1  # curvature along the weights, relative to the mean curvature, that is believed


@dataclass(frozen=True)
class SteinInverse(Inverse):
    """(P + sum_t excess_t b_t b_t')^-1, with P^-1 the inner inverse and b_t along_t in column t, in coordinates U.

    middle is (1 / excess + b' P^-1 b)^-1 between columns, by the formula of Woodbury. Where columns have nothing in
    common it is a diagonal, and solved is P^-1 b.
    """

    inner: Inverse
    coupling: StarCoupling
    along: np.ndarray
    middle: np.ndarray
    solved: np.ndarray | None

    @classmethod
    def of(
        cls, inner: Inverse, coupling: StarCoupling, along: np.ndarray, excess: np.ndarray
    ) -> "SteinInverse":
        """Take up the excess of curvature."""
        if coupling.common is None:
            solved = inner(coupling.gather(along))
            between = np.einsum("jt,jt->t", along, coupling.spread(solved))
            return cls(inner, coupling, along, excess / (1.0 + excess * between), solved)
        between = excess[:, None] * inner.between(coupling, along)
        middle = np.linalg.solve(np.eye(len(excess)) + between, np.diag(excess))
        return cls(inner, coupling, along, middle, None)

    def __call__(self, U: np.ndarray) -> np.ndarray:
        Z = self.inner(U)
        slopes = np.einsum("jt,jt->t", self.along, self.coupling.spread(Z))
        if self.solved is not None:
            return Z - self.solved * (self.middle * slopes)
        return Z - self.inner(self.coupling.gather(self.along * (self.middle @ slopes)))


def excess_curvature(
    along: np.ndarray, W: np.ndarray, mean: np.ndarray, seen: np.ndarray
) -> np.ndarray:
    """Return by what the Hessian of each column differs from its mean curvature, relative to along along'.

    along is G W, and seen the curvature of the loss along W.
    """
    square = np.einsum("jt,jt->t", along, W)
    expected = mean * square
    excess = np.maximum(seen, LEAST * expected) - expected
    return np.divide(excess, square**2, out=np.zeros_like(excess), where=square > 0.0)
