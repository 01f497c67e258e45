"""Newton's method for generalised least squares whose rows and columns may be of very different sizes.

A step solves least squares by a QR factorisation of all rows, those of the penalty included, sorted by size and with
pivoting: that keeps the digits of small rows and columns (Cox and Higham 1998). Gradients are in extended precision,
so that repeated steps refine the solution, and the size of the last one says what is left.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.linalg import qr, solve_triangular

from . import losses
from .losses import LONG

EPS = np.finfo(float).eps
STEPS, HALVINGS, STALLS = 60, 60, 2
SETTLED = 1e-9  # relative decrease below which rounding decides, and steps are taken whole


@dataclass
class Rows:
    """The labels of a task as rows of a map: raw = given + design @ theta, (n, width) one below the other."""

    loss: str
    y: np.ndarray
    weight: np.ndarray
    design: np.ndarray
    given: np.ndarray | float = 0.0

    def raw(self, theta: np.ndarray) -> np.ndarray:
        """Return raw predictions."""
        return (self.design @ theta).reshape(self.y.shape) + self.given

    def value(self, theta: np.ndarray) -> float:
        """Return the loss."""
        return self.weight @ losses.value(self.loss, self.y, self.raw(theta))

    def gradient(self, theta: np.ndarray) -> np.ndarray:
        """Return the weighted gradient in raw, flat."""
        G = losses.gradient(self.loss, self.y, self.raw(theta))
        return (self.weight[:, None] * G).ravel()

    def root(self, theta: np.ndarray) -> np.ndarray:
        """Return rows A with A'A the Hessian in theta."""
        R = losses.hessian_root(self.loss, self.raw(theta)) * np.sqrt(self.weight)[:, None, None]
        n, width = self.y.shape
        blocks = self.design.reshape(n, width, -1)
        return np.einsum("iab,ibp->iap", R, blocks).reshape(n * width, -1)


@dataclass
class Factor:
    """R'R of the Hessian, with its columns in an order."""

    R: np.ndarray
    order: np.ndarray

    @classmethod
    def of(cls, A: np.ndarray) -> "Factor":
        """Factorise rows A, the largest first."""
        A = A.astype(float)
        A = A[np.argsort(-np.abs(A).max(axis=1), kind="stable")]
        R, order = qr(A, mode="r", pivoting=True)[:2]
        return cls(R[: A.shape[1]], order)

    def solve(self, right: np.ndarray) -> np.ndarray:
        """Return the inverse of the Hessian times something."""
        half = solve_triangular(self.R, right[self.order].astype(float), trans="T")
        solution = np.empty(right.shape)
        solution[self.order] = solve_triangular(self.R, half)
        return solution


@dataclass
class Newton:
    """Minimise sum of losses of rows + ||penalty * theta||^2 / 2."""

    rows: list[Rows]
    penalty: np.ndarray
    theta: np.ndarray

    def value(self, theta: np.ndarray) -> float:
        """Return the objective; infinite where it overflows."""
        with np.errstate(all="ignore"):
            total = sum(r.value(theta) for r in self.rows)
            total = total + ((self.penalty * theta) ** 2).sum() / 2
        return total if np.isfinite(total) else np.inf

    def gradient(self) -> np.ndarray:
        """Return the gradient."""
        parts = (r.gradient(self.theta) @ r.design for r in self.rows)
        return sum(parts) + self.penalty**2 * self.theta

    @cached_property
    def factor(self) -> Factor:
        """Of the Hessian where the search ended."""
        return self._factor()

    def _factor(self) -> Factor:
        return Factor.of(
            np.vstack([r.root(self.theta) for r in self.rows] + [np.diag(self.penalty)])
        )

    def solve(self, moved) -> float:
        """Take steps until they no longer shrink; return the last, as ``moved(theta, step)`` measures it.

        It is infinite where the equations have no solution in doubles.
        """
        try:
            with np.errstate(all="ignore"):
                return self._solve(moved)
        except (np.linalg.LinAlgError, ValueError):
            return np.inf

    def _solve(self, moved) -> float:
        squares = all(r.loss == "squared" for r in self.rows)
        factor, here, least, stalled = self._factor(), self.value(self.theta), np.inf, 0
        for _ in range(STEPS):
            gradient = self.gradient()
            step = -factor.solve(gradient).astype(LONG)
            slope, size = gradient @ step, float(moved(self.theta, step))
            settled = abs(slope) <= SETTLED * abs(here)
            stalled += settled and not size < least / 2
            if stalled == STALLS:
                break
            length, there = LONG(1), self.value(self.theta + step)
            for _ in range(HALVINGS):
                if settled or there <= here + 1e-4 * length * slope:
                    break
                length /= 2
                there = self.value(self.theta + length * step)
            self.theta, here, least = self.theta + length * step, there, min(least, size)
            factor = factor if squares else self._factor()
        return size

    def sensitivity(self, points: np.ndarray) -> np.ndarray:
        """Return by how much a linear map of theta moves, at most, where each input moves by one rounding.

        H dtheta = -dX' G - X' h dX theta: both terms, bounded entry by entry.
        """
        M = self.factor.solve(points.T.astype(float))
        bound = np.zeros(len(points))
        for r in self.rows:
            D, G = r.design.astype(float), np.abs(r.gradient(self.theta)).astype(float)
            A = np.repeat(r.weight, r.y.shape[1]).astype(float)
            curvature = np.repeat(
                (losses.hessian_root(r.loss, r.raw(self.theta)) ** 2).sum(axis=(1, 2)), r.y.shape[1]
            ).astype(float)
            through = np.abs(D) @ np.abs(self.theta).astype(float) + np.abs(r.y).ravel().astype(
                float
            )
            bound += np.abs(M).T @ (np.abs(D).T @ G) + np.abs(D @ M).T @ (A * curvature * through)
        return EPS / 2 * bound
