"""Direct solutions of squared losses: inverses of the Hessian, which also correct what rounding has left."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ._arrowhead import ArrowheadInverse
from ._certificate import Evaluation, SpotCheck
from ._gram_inverse import EXACTLY, Inverse, gram_inverse
from ._smooth import SmoothProblem

Product = Callable[[np.ndarray], np.ndarray]


class DirectSolution(ABC):
    """A state S from which weights come linearly, and the inverse of the Hessian in it.

    is_rounded says that the inverse is one in single precision, whose solutions want a correction more.
    """

    is_rounded: bool = False

    def precise(self) -> "DirectSolution":
        """Return the same in double precision."""
        return self

    @abstractmethod
    def start(self) -> np.ndarray:
        """Return the gradient in S at the best constant prediction, where S is zero."""

    @abstractmethod
    def gradient(self, S: np.ndarray, evaluation: Evaluation) -> np.ndarray:
        """Return the gradient at S, whose weights were evaluated on the data as given."""

    @abstractmethod
    def model_gradient(self, S: np.ndarray) -> np.ndarray:
        """Return the gradient at S by the Gram matrix alone."""

    @abstractmethod
    def null_slopes(self, check: SpotCheck) -> np.ndarray:
        """Return the slopes of the loss along the probes of a check at the best constant prediction."""

    @abstractmethod
    def solve(self, C: np.ndarray) -> np.ndarray:
        """Return the inverse Hessian times C."""

    @abstractmethod
    def square(self, C: np.ndarray) -> float:
        """Return the square, in U, of what C stands for."""

    @abstractmethod
    def weights(self, S: np.ndarray) -> np.ndarray:
        """Return the weights of the features."""


@dataclass(frozen=True, eq=False)
class ByCoordinates(DirectSolution):
    """S are the coordinates U themselves; curvature is the Hessian of the loss in the weights."""

    problem: SmoothProblem
    inverse: Inverse | ArrowheadInverse
    curvature: Product
    is_rounded: bool = False

    @classmethod
    def of(cls, problem: SmoothProblem) -> "ByCoordinates":
        """Factorise where all columns have one Gram matrix."""
        layout = problem.layout
        inverse = gram_inverse(layout, problem.coupling, layout.null_hessian, EXACTLY)
        curvature = layout.null_hessian.diagonal / layout.n_rows
        return cls(problem, inverse, lambda W: (layout.gram @ W) * curvature)

    @classmethod
    def by_columns(cls, problem: SmoothProblem, is_rounded: bool) -> "ByCoordinates":
        """Factorise the Hessian of each column."""
        layout = problem.layout
        hessians = layout.rounded_square_hessians if is_rounded else layout.square_hessians
        pairs = lambda W: zip(hessians, W.T, strict=True)
        product = lambda W: np.column_stack([hessian.times(w) for hessian, w in pairs(W)])
        return cls(problem, problem.arrowhead(hessians), product, is_rounded)

    def precise(self) -> DirectSolution:
        return ByCoordinates.by_columns(self.problem, False) if self.is_rounded else self

    def start(self) -> np.ndarray:
        return self.problem.coupling.gather(self.problem.layout.null_gradient)

    def gradient(self, S: np.ndarray, evaluation: Evaluation) -> np.ndarray:
        return self.problem.coupling.gather(self.problem.layout.coordinates(evaluation.C)) + S

    def model_gradient(self, S: np.ndarray) -> np.ndarray:
        layout, coupling = self.problem.layout, self.problem.coupling
        return coupling.gather(layout.null_gradient + self.curvature(coupling.spread(S))) + S

    def null_slopes(self, check: SpotCheck) -> np.ndarray:
        layout = self.problem.layout
        return layout.coordinates(check.probes).T @ layout.null_gradient

    def solve(self, C: np.ndarray) -> np.ndarray:
        return self.inverse(C)

    def square(self, C: np.ndarray) -> float:
        return float(np.vdot(C, C))

    def weights(self, S: np.ndarray) -> np.ndarray:
        return self.problem.layout.weights(self.problem.coupling.spread(S))


@dataclass(frozen=True, eq=False)
class BySamples(DirectSolution):
    """S are weights of samples A, with U = X'A: for fewer samples than features, all of which have one Gram matrix.

    root are the square roots of the samples' weights.
    """

    problem: SmoothProblem
    inverse: Inverse
    root: np.ndarray

    @classmethod
    def of(cls, problem: SmoothProblem) -> "BySamples":
        """Factorise."""
        layout = problem.layout
        inverse = gram_inverse(layout.kernel, problem.coupling, layout.null_hessian, EXACTLY)
        n_samples = layout.kernel.size
        weight = np.ones(n_samples) if layout.row_weight is None else layout.row_weight
        return cls(problem, inverse, np.sqrt(weight)[:, None])

    @cached_property
    def null_gradient(self) -> np.ndarray:
        """The gradient of the loss in raw at the best constant prediction."""
        (block,), null = self.problem.layout.blocks, self.problem.layout.null_raw
        return block.loss.gradient(np.tile(null[block.columns], (block.loss.n_samples, 1)))

    def start(self) -> np.ndarray:
        return self.problem.coupling.gather(self.null_gradient)

    def gradient(self, S: np.ndarray, evaluation: Evaluation) -> np.ndarray:
        return self.problem.coupling.gather(np.concatenate(evaluation.settled.G)) + S

    def model_gradient(self, S: np.ndarray) -> np.ndarray:
        layout, coupling = self.problem.layout, self.problem.coupling
        image = layout.kernel.gram @ coupling.spread(S / self.root)
        curvature = layout.null_hessian.diagonal / layout.n_rows
        return coupling.gather(self.null_gradient + self.root * image * curvature) + S

    def null_slopes(self, check: SpotCheck) -> np.ndarray:
        return check.image.T @ self.null_gradient

    def solve(self, C: np.ndarray) -> np.ndarray:
        return self.root * self.inverse(C / self.root)

    def square(self, C: np.ndarray) -> float:
        scaled = C / self.root
        return float(np.vdot(scaled, self.problem.layout.kernel.gram @ scaled))

    def weights(self, S: np.ndarray) -> np.ndarray:
        (block,) = self.problem.layout.blocks
        W = block.design.backward(self.problem.coupling.spread(S))
        W[self.problem.layout.design.constant] = 0.0
        return W


def direct_solution(problem: SmoothProblem) -> DirectSolution | None:
    """Return the direct solution of a problem; None where there is none, or iterations are cheaper."""
    layout = problem.layout
    if layout.is_common and layout.has_row_space:
        return BySamples.of(problem)
    if layout.is_common and layout.gram is not None:
        return ByCoordinates.of(problem)
    if problem.is_quadratic and problem.has_close_preconditioner:
        return ByCoordinates.by_columns(problem, problem.can_round)
    return None
