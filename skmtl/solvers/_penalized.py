"""Penalised problems that are known by their samples, and what methods for them have in common."""

from typing import NamedTuple, Protocol

import numpy as np

from ._base import Parts, Raw, moved
from ._curvature import Curvature
from ._gram import GramProblem, Proximable

SLACK = 1e-13  # relative increase of the objective that is no increase, but rounding
HALVINGS = 40


class Settled(NamedTuple):
    """The best intercepts for an image, raw predictions with them, and the gradient U of the loss in raw."""

    intercepts: np.ndarray
    raw: Raw
    U: Raw


class PenalizedProblem(Protocol):
    """Minimise loss(image(V), best intercepts) + penalty(parts), V the sum of the parts; images are linear in V."""

    @property
    def penalty(self) -> Proximable:
        """The penalty."""

    @property
    def scale(self) -> float:
        """What tolerances are relative to."""

    @property
    def has_exact_model(self) -> bool:
        """Whether the quadratic model is the loss itself."""

    @property
    def has_sample_hessians(self) -> bool:
        """Whether the curvature is that of each sample, and so computed anew at each step."""

    def image(self, V: np.ndarray) -> Raw:
        """Return what V contributes to the raw predictions."""

    def start(self) -> np.ndarray:
        """Return intercepts to start from."""

    def settle(self, image: Raw, intercepts: np.ndarray) -> Settled:
        """Find the best intercepts, from given ones."""

    def loss(self, settled: Settled) -> float:
        """Return the loss."""

    def gradient(self, settled: Settled) -> np.ndarray:
        """Return the gradient of the loss in V."""

    def rough_gap(self, parts: np.ndarray, settled: Settled, C: np.ndarray) -> float:
        """Return about the duality gap, without another look at the samples; C is the gradient of the loss in V."""

    def gap(self, parts: np.ndarray, settled: Settled, C: np.ndarray) -> float:
        """Return the duality gap."""

    def curvature(self, settled: Settled) -> Curvature:
        """Return the curvature of a quadratic model."""

    def model(
        self, V: np.ndarray, settled: Settled, C: np.ndarray, curvature: Curvature
    ) -> GramProblem:
        """Return a quadratic model of the loss about V."""


class Point(NamedTuple):
    """Parts, their image, good intercepts for it, and the best ones where they are known."""

    parts: np.ndarray
    image: Raw
    intercepts: np.ndarray
    settled: Settled | None = None


def objective(problem: PenalizedProblem, parts: np.ndarray, settled: Settled) -> float:
    """Return the objective; infinity where it overflows."""
    with np.errstate(over="ignore", invalid="ignore"):
        value = problem.loss(settled) + problem.penalty.value(parts)
    return float(value) if np.isfinite(value) else np.inf


def certified(
    problem: PenalizedProblem, point: Point, settled: Settled, n_iter: int, tol: float
) -> Parts:
    """Return a point as a solution, with its duality gap."""
    gap = problem.gap(point.parts, settled, problem.gradient(settled)) / problem.scale
    return Parts(point.parts, float(gap), n_iter, bool(gap <= tol))


def search(
    problem: PenalizedProblem, here: Point, settled: Settled, minimizer: np.ndarray, highest: float
) -> tuple[float, Point, float]:
    """Go from here towards minimizer, as far as the objective is no higher than highest.

    Return which share of the way that is, 0 where there is none, the point and its objective.
    """
    change = problem.image((minimizer - here.parts).sum(axis=0))
    length = 1.0
    for _ in range(HALVINGS):
        parts = here.parts + length * (minimizer - here.parts) if length < 1.0 else minimizer
        image = moved(here.image, length, change)
        there = problem.settle(image, settled.intercepts)
        value = objective(problem, parts, there)
        if value <= highest + SLACK * abs(highest):
            return length, Point(parts, image, there.intercepts, there), value
        length *= 0.5
    return 0.0, here, highest
