"""Maximum likelihood of one task without a penalty, with the shortest weights that have it.

Weights of the features are W = Q V P', with Q an orthonormal basis of the space that the rows of X span, so that no
other weights with the same predictions are shorter, and P one of the contrasts between classes, for probabilities do
not see what all classes have in common. V and the intercepts b are then the only ones with the largest likelihood, if
there are any. Newton's method looks for them on the data as given:

1. B_i'B_i being the Hessian of label i in raw and B_i'r_i the gradient, the step (D, d) minimises
   sum_i ||B_i P (x_i Q D + d)' + r_i||^2. Where the loss would not fall by a good part of what that promises, each
   Hessian is made larger, more and more.
2. The gradient of the loss after the undamped step, were its Hessian constant, is a dual point: no weight has a slope
   there. So the loss and its conjugate at that point add up to the duality gap.
3. Stop where predictions stand still. Where the gap is nothing and they do not, the likelihood grows for ever.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy import linalg

from ...heads import JointLoss
from ._certificate import as_given, finite_gap
from ._design import Design
from ._layout import FitLayout
from ._least_squares import least_squares

STEPS = 100  # at most
STILL = 1e-11  # change of predictions, in standard deviations, log-odds or logarithms of means, that is none
CERTIFIED = 1e-10  # duality gap, relative to the loss of the best constant prediction, that is none
CONTRACTS = 0.5  # length of a step, relative to the one before: more says that steps get no shorter
LEAST_DAMPED, MOST_DAMPED, DAMPS = 1e-16, 1e6, 10.0
FALLS = 0.1  # share of the promised fall of the loss that is enough
GROWS = 10.0  # of the largest raw prediction, how far they may change at a time
ROUNDING = 1e-13  # of the loss
ENDLESS = 1e-2  # length of a step, where the gap is nothing, that no finite maximum leaves


class Estimate(NamedTuple):
    """Weights and intercepts of inputs that are not centred, and the duality gap.

    has_maximum says whether the likelihood has one at finite weights.
    """

    W: np.ndarray
    intercept: np.ndarray
    gap: float
    n_iter: int
    has_maximum: bool


class NewtonStep(NamedTuple):
    """Newton's step in the weights and in the intercepts of centred inputs, and the change of raw predictions."""

    W: np.ndarray
    b: np.ndarray
    change: np.ndarray


@dataclass(frozen=True, eq=False)
class UnpenalizedTask:
    """The only task of a layout."""

    layout: FitLayout

    @property
    def design(self) -> Design:
        """The samples with a label."""
        return self.layout.blocks[0].common

    @property
    def loss(self) -> JointLoss:
        """The loss of the labels."""
        return self.layout.blocks[0].loss

    @cached_property
    def values(self) -> np.ndarray:
        """The features about their centre."""
        return self.design.values()

    @cached_property
    def basis(self) -> np.ndarray | None:
        """Q, of shape (n_features, rank); None where features are independent, so that all will do."""
        return row_basis(self.values)

    @cached_property
    def coordinates(self) -> np.ndarray:
        """X Q, and a column of ones where there is an intercept."""
        L = self.values if self.basis is None else self.values @ self.basis
        return np.c_[L, np.ones(len(L))] if self.layout.fit_intercept else L

    @cached_property
    def contrasts(self) -> np.ndarray:
        """P, of shape (n_columns, n_columns - 1) for classes."""
        n = self.layout.n_columns
        return np.eye(1) if n == 1 else linalg.helmert(n).T

    @cached_property
    def unit(self) -> float:
        """By what changes of predictions are measured."""
        return float(self.layout.unit[0])

    def newton_step(self, raw: np.ndarray, damping: float = 0.0) -> NewtonStep:
        """Return Newton's step from raw predictions; damping is added to the Hessian of each label of weight one."""
        L, P = self.coordinates, self.contrasts
        (rows,) = self.loss.newton_rows(raw)
        A, right = self.in_coordinates(rows.B), -rows.r.ravel()
        if damping:
            root = np.sqrt(damping * self.loss.terms[0].weight)[:, :, None] * np.eye(len(P))
            A = np.vstack([A, self.in_coordinates(np.broadcast_to(root, rows.B.shape))])
            right = np.append(right, np.zeros(len(right)))
        step = least_squares(A, right) if A.size else np.zeros(A.shape[1])
        both = step.reshape(L.shape[1], P.shape[1]) @ P.T
        in_V, in_b = (
            (both[:-1], both[-1]) if self.layout.fit_intercept else (both, np.zeros(len(P)))
        )
        return NewtonStep(in_V if self.basis is None else self.basis @ in_V, in_b, L @ both)

    def in_coordinates(self, B: np.ndarray) -> np.ndarray:
        """Return what takes V and b to B_i times the raw predictions of label i: a row for each row of each B_i."""
        return np.einsum("nkm,nj->nkjm", B @ self.contrasts, self.coordinates).reshape(
            B.shape[0] * B.shape[1], -1
        )

    def gap(self, raw: np.ndarray, change: np.ndarray) -> float:
        """Return the duality gap at raw predictions, from which Newton's step changes them so."""
        if self.loss.is_quadratic:  # the same, without a difference of large numbers
            return self.curvature(raw, change)
        U = self.loss.gradient(raw) + self.loss.hessian_product(raw, change)
        return self.loss.value(raw) + self.loss.conjugate(U)

    def curvature(self, raw: np.ndarray, change: np.ndarray) -> float:
        """Return half the second derivative of the loss at raw along a change of it."""
        return 0.5 * float(np.vdot(change, self.loss.hessian_product(raw, change)))

    def descends(self, raw: np.ndarray, change: np.ndarray) -> bool:
        """Whether the loss falls by a good part of what its curvature promises, and predictions do not run away."""
        value = self.loss.value(raw)
        promised = -np.vdot(self.loss.gradient(raw), change) - self.curvature(raw, change)
        fallen = value - self.loss.value(raw + change)
        is_near = np.abs(change).max() <= GROWS * max(1.0, np.abs(raw).max())
        return bool(is_near and fallen >= FALLS * promised - ROUNDING * value)

    def damped_step(
        self, raw: np.ndarray, step: NewtonStep, damping: float
    ) -> tuple[NewtonStep, float]:
        """Return Newton's step, damped until it descends, and the damping to begin with where it comes to that again.

        A label far on the wrong side has next to no curvature, and would send all others anywhere.
        """
        while damping <= MOST_DAMPED and not self.descends(raw, step.change):
            damping *= DAMPS
            step = self.newton_step(raw, damping)
        return step, max(damping / DAMPS**2, LEAST_DAMPED)


def most_likely(task: UnpenalizedTask, max_iter: int) -> Estimate:
    """Return the estimate of maximum likelihood."""
    design, layout = task.design, task.layout
    null_value = float(layout.null_values.sum()) or 1.0
    W, intercept = np.zeros((design.shape[1], layout.n_columns)), layout.null_raw.copy()
    n_iter, before, damping = 0, np.inf, LEAST_DAMPED
    while True:
        raw = as_given(design, W, intercept)
        step = task.newton_step(raw)
        gap = finite_gap(task.gap(raw, step.change) / null_value)
        motion = float(np.abs(step.change).max()) / task.unit
        is_certain = gap <= CERTIFIED or task.loss.is_quadratic
        if motion <= STILL or (is_certain and motion > CONTRACTS * before):
            break
        if n_iter == min(max_iter, STEPS):
            break
        if not task.loss.is_quadratic:
            step, damping = task.damped_step(raw, step, damping)
        W += step.W
        W[design.constant] = 0.0
        intercept += step.b - design.centre @ step.W
        n_iter, before = n_iter + 1, motion
    runs_away = gap <= CERTIFIED and motion > ENDLESS and not task.loss.is_quadratic
    return Estimate(W, intercept, gap, max(1, n_iter), not runs_away)


def row_basis(Z: np.ndarray) -> np.ndarray | None:
    """Return an orthonormal basis of the space that the rows of Z span; None where that is the whole space.

    The rank is that of the columns at one size each, for a feature must not be lost beside others in larger units.
    """
    size = np.abs(Z).max(axis=0)
    is_zero = size == 0.0
    size[is_zero] = 1.0
    triangle = linalg.qr(Z / size, mode="r")[0][: Z.shape[1]]
    _, singular, vectors = linalg.svd(triangle, full_matrices=False)
    rounding = max(Z.shape) * np.finfo(float).eps * singular[0]
    rank = np.count_nonzero(singular > rounding)
    if rank == Z.shape[1]:
        return None
    spanning = size[:, None] * vectors[:rank].T
    spanning[is_zero] = 0.0
    return linalg.qr(spanning, mode="economic")[0] if rank else spanning
