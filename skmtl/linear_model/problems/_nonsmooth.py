"""The problem that joint linear models with penalties that are not smooth hand to a solver: any losses."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from ...penalties import Composite
from ...solvers import (
    BlockCurvature,
    Curvature,
    Eliminated,
    GramProblem,
    KroneckerCurvature,
    RowsCurvature,
    Settled,
    largest_eigenvalue,
    power_iterations,
)
from ._certificate import Evaluation, finite_gap, loss_of
from ._intercepts import SETTLED, Intercepts, settle
from ._layout import FitLayout
from ._row_block import RowBlock, total_hessian

LARGEST_GRAM = 6000  # features of which there is a Gram matrix where there are as many samples,
LARGEST_WIDE_GRAM = 1500  # and where there are not, or X is sparse
LARGEST_STACK = 10_000_000  # numbers in Gram matrices by column
LARGE_STACK = 200_000  # numbers in them that are worth avoiding,
UNEVEN = 1.5  # if no task has so many times as many samples as the mean of them
WORTH_SQUARES = 20.0  # passes over the samples that are worth the Hessians of squared losses
FEW_PRODUCTS = 1e8  # multiplications that the Hessians of all columns may cost in an iteration
NOTHING = 1e-14  # eigenvalues beside the largest, that rounding may have left of zero
TINY = np.finfo(float).tiny


@dataclass(frozen=True, eq=False)
class NonsmoothProblem:
    """Minimise loss((X - mean) W + b) + penalty(parts) + intercepts' penalty, W = V / u, V the sum of the parts."""

    layout: FitLayout
    penalty: Composite
    intercepts: Intercepts
    scale: float

    @property
    def has_exact_model(self) -> bool:
        """Whether the quadratic model is the loss itself."""
        return self.has_sample_hessians and self.layout.is_quadratic

    def image(self, V: np.ndarray) -> list[np.ndarray]:
        """Return the raw predictions without intercepts, by piece."""
        return self.layout.passes.forward(V / self.penalty.u)

    def start(self) -> np.ndarray:
        """Return the coordinates of the intercepts of the best constant prediction."""
        return np.zeros(len(self.intercepts.ridge))

    def settle(self, image: list[np.ndarray], intercepts: np.ndarray) -> Settled:
        """Find the best intercepts, from given coordinates of them."""
        b = self.intercepts.at(intercepts)
        chunks = self.layout.passes.chunks
        raw = [part + b[chunk.columns] for part, chunk in zip(image, chunks, strict=True)]
        best = settle(chunks, self.intercepts, intercepts, raw, SETTLED * np.sqrt(self.scale))
        return Settled(best.beta, best.raw, best.G)

    def loss(self, settled: Settled) -> float:
        """Return the loss, with the penalty on intercepts."""
        loss = loss_of(self.layout.passes.chunks, settled.raw)
        return loss + self.intercepts.penalty(settled.intercepts)

    def gradient(self, settled: Settled) -> np.ndarray:
        """Return the gradient of the loss in V."""
        return self.layout.passes.backward(settled.U) / self.penalty.u

    def rough_gap(self, parts: np.ndarray, settled: Settled, C: np.ndarray) -> float:
        """Return about the duality gap: what it takes from the samples is overestimated."""
        return self._gap(parts, settled, C, lambda tau: (1.0 - tau) ** 2 * self._null_loss)

    def gap(self, parts: np.ndarray, settled: Settled, C: np.ndarray) -> float:
        """Return the duality gap; C is the gradient of the loss in V."""
        return self._gap(
            parts, settled, C, lambda tau: self._short(self.layout.passes.chunks, settled, tau)
        )

    def gap_as_given(self, parts: np.ndarray, evaluation: Evaluation) -> float:
        """Return the duality gap on the data as given, with the best intercepts; parts are of weights of features."""
        if not evaluation.is_settled:
            return np.inf
        best, chunks = evaluation.settled, self.layout.chunks
        settled = Settled(best.beta, best.raw, best.G)
        C = evaluation.C / self.penalty.u
        gap = self._gap(parts, settled, C, lambda tau: self._short(chunks, settled, tau))
        return finite_gap(gap)

    def _gap(
        self,
        parts: np.ndarray,
        settled: Settled,
        C: np.ndarray,
        short: Callable[[float], float],
    ) -> float:
        """Return the duality gap, given how short the loss is of equality in Fenchel's and Young's inequality.

        The dual point is tau U, and for quadratic parts tau times their gradients, which are short of equality by
        (1 - tau)^2 times the part.
        """
        V = parts.sum(axis=0)
        slope = C + self.penalty.slope(V)
        if not np.isfinite(slope).all():
            return np.inf
        tau = self.penalty.dual_scaling(slope)
        ridges = self.penalty.quadratic(V) + self.intercepts.penalty(settled.intercepts)
        fenchel_gap = self.penalty.fenchel_gap(parts, tau * slope)
        return finite_gap((1.0 - tau) ** 2 * ridges + short(tau) + fenchel_gap)

    def gradient_and_gap(self, parts: np.ndarray) -> tuple[np.ndarray, float]:
        """Return the gradient of all that is smooth, for all features, and the duality gap."""
        V = parts.sum(axis=0)
        used = np.flatnonzero(np.any(V != 0.0, axis=1))
        nothing = np.zeros(self.layout.n_columns)
        image = (
            self.features(used).image(V[used])
            if len(used)
            else self.layout.passes.constant(nothing)
        )
        settled = self.settle(image, self.start())
        C = self.gradient(settled)
        return C + self.penalty.slope(V), self.gap(parts, settled, C)

    def features(self, rows: np.ndarray) -> "NonsmoothProblem":
        """Return the problem in which all other features have weights of zero."""
        if np.array_equal(rows, np.arange(self.layout.design.shape[1])):
            return self  # a copy of the samples would be of no use
        return replace(self, layout=self.layout.features(rows))

    def curvature(self, settled: Settled) -> Curvature:
        """Return the Hessians of the tasks where they are cheap, else the mean curvature of each column."""
        if self.has_few_rows:
            return self._few_rows(settled.raw)
        if self.has_squares:
            return self._squares
        if self.has_sample_hessians:
            return self._hessians(settled.raw)
        return self._mean_curvature(settled.U)

    def model(
        self, V: np.ndarray, settled: Settled, C: np.ndarray, curvature: Curvature
    ) -> GramProblem:
        """Return a quadratic model of the loss about V."""
        image = curvature.product(V)
        B = image - C
        at_zero = self._null_loss + np.vdot(B, V) - 0.5 * np.vdot(V, image)
        return GramProblem(curvature, B, float(at_zero), self.penalty, self.scale)

    @cached_property
    def has_sample_hessians(self) -> bool:
        """Whether the Hessians of all tasks are cheap beside what else an iteration costs."""
        if self.has_few_rows or self.has_squares:
            return True
        size, columns = self.layout.size, np.arange(self.layout.n_columns)
        work = sum(p.design.shape[0] * len(columns[p.columns]) for p in self.layout.passes.chunks)
        return work * size**2 <= FEW_PRODUCTS and len(columns) * size**2 <= LARGEST_STACK

    @cached_property
    def has_squares(self) -> bool:
        """Whether losses are squared, and their Hessians, computed once, cost no more than the passes they save."""
        layout = self.layout
        if self.penalty.pooled or not layout.is_quadratic:
            return False
        is_small = layout.n_columns * layout.size**2 <= LARGEST_STACK
        return is_small and layout.has_cheap_hessians(WORTH_SQUARES)

    @cached_property
    def has_few_rows(self) -> bool:
        """Whether each column has another set of samples, so small that products are cheaper than Gram matrices."""
        chunks, T, size = self.layout.passes.chunks, self.layout.n_columns, self.layout.size
        if self.layout.design.is_sparse or self.penalty.pooled or T * size**2 < LARGE_STACK:
            return False
        columns = np.concatenate([np.arange(T)[chunk.columns] for chunk in chunks])
        n_rows = [chunk.design.shape[0] for chunk in chunks]
        is_alone = len(chunks) == T and np.array_equal(np.sort(columns), np.arange(T))
        return is_alone and max(n_rows) <= min(0.5 * size, UNEVEN * float(np.mean(n_rows)))

    def _few_rows(self, raw: list[np.ndarray]) -> RowsCurvature:
        """Return the Hessian of each column at raw, by its samples."""
        chunks, T = self.layout.passes.chunks, self.layout.n_columns
        most = max(chunk.design.shape[0] for chunk in chunks)
        X, weight = np.zeros((T, most, self.layout.size)), np.zeros((T, most))
        for design, chunk, part in zip(self._designs, chunks, raw, strict=True):
            (column,) = np.arange(T)[chunk.columns]
            ((_, H),) = chunk.loss.hessians(part)
            X[column, : len(design)] = design
            weight[column, : len(design)] = H[:, 0, 0] / self.penalty.u[column] ** 2
        return RowsCurvature.of(X, weight, self.layout.fit_intercept)

    @cached_property
    def _squares(self) -> BlockCurvature:
        """The Hessian of each column, of losses that have the same everywhere."""
        squares = np.stack([hessian.square for hessian in self.layout.square_hessians])
        squares /= self.penalty.u[:, None, None] ** 2
        return BlockCurvature.of(np.arange(self.layout.n_columns), squares, ())

    def _hessians(self, raw: list[np.ndarray]) -> Curvature:
        """Return the Hessian of each task at raw."""
        by_group: dict[tuple[int, ...], WeightedGrams] = {}
        follow = self.layout.fit_intercept and not self.penalty.pooled
        every = np.arange(self.layout.n_columns)
        for X, chunk, part in zip(self._designs, self.layout.passes.chunks, raw, strict=True):
            columns = every[chunk.columns]
            for members, H in chunk.loss.hessians(part):
                key = tuple(columns[members].tolist())
                by_group[key] = add(by_group.get(key), weighted_grams(X, H))
        u = self.penalty.u
        singles = [key for key in by_group if len(key) == 1]
        stack = np.stack(
            [by_group[key].matrix(follow) / u[key[0]] ** 2 for key in singles]
            or [np.zeros((self.layout.size,) * 2)]
        )
        groups = tuple(
            (
                np.array(key),
                grams.matrix(follow) / np.repeat(u[list(key)], self.layout.size)[0] ** 2,
            )
            for key, grams in by_group.items()
            if len(key) > 1
        )
        whole = BlockCurvature.of(np.array([key[0] for key in singles], dtype=int), stack, groups)
        return self._less_intercepts(whole, by_group) if self.penalty.pooled else whole

    def _less_intercepts(
        self, whole: BlockCurvature, moments: dict[tuple[int, ...], "WeightedGrams"]
    ) -> Curvature:
        """Return the Hessian where intercepts that are penalised follow."""
        T, u = self.layout.n_columns, self.penalty.u
        mixed, total = np.zeros((self.layout.size, T, T)), np.zeros((T, T))
        for key, grams in moments.items():
            columns = np.array(key)
            mixed[:, columns[:, None], columns] = grams.firsts.transpose(2, 0, 1)
            total[columns[:, None], columns] = grams.totals
        basis = self.intercepts.matrix()
        mixed = (mixed / u[:, None]) @ basis
        M = basis.T @ total @ basis
        M[np.diag_indices(len(M))] += self.intercepts.ridge
        return Eliminated(whole, mixed @ inverse_root(M))

    @cached_property
    def _designs(self) -> list[np.ndarray]:
        """The design of each chunk, centred."""
        return [chunk.common.values() for chunk in self.layout.passes.chunks]

    def _mean_curvature(self, U: list[np.ndarray]) -> Curvature:
        """Return the Gram matrix with the mean curvature of each column where the gradient in raw is U."""
        u, T = self.penalty.u, self.layout.n_columns
        total = total_hessian(self.layout.passes.chunks, U, T).matrix()
        total[np.diag_indices(T)] += np.finfo(float).eps * np.abs(total).max() + TINY
        if len(self.layout.blocks) > 1 and self.layout.size**2 * T <= LARGEST_STACK:
            grams, n_rows = self._grams_by_column
            kappa = np.diag(total) / n_rows / u**2
            return BlockCurvature.of(np.arange(T), grams * kappa[:, None, None], ())
        kappa = total / self.layout.n_rows / np.outer(u, u)
        is_diagonal = np.count_nonzero(kappa) == T
        return KroneckerCurvature.of(
            self._gram, np.diag(kappa) if is_diagonal else kappa, self._top
        )

    @cached_property
    def _grams_by_column(self) -> tuple[np.ndarray, np.ndarray]:
        """The Gram matrix of the samples of each column, and their number."""
        size, T = self.layout.size, self.layout.n_columns
        grams, n_rows = np.zeros((T, size, size)), np.zeros(T)
        for block in self.layout.blocks:
            grams[block.columns] = block.design.gram()
            n_rows[block.columns] = block.design.shape[0]
        return grams, n_rows

    @cached_property
    def _gram(self) -> np.ndarray | float:
        """The Gram matrix of all samples, or about its largest eigenvalue where it would be too large."""
        layout, designs = self.layout, [block.design for block in self.layout.blocks]
        n_samples = sum(design.shape[0] for design in designs)
        is_plain = n_samples >= layout.size and not layout.design.is_sparse
        if layout.size > (LARGEST_GRAM if is_plain else LARGEST_WIDE_GRAM):
            return power_iterations(self._gram_product, layout.size)
        if layout.gram is not None:
            return layout.gram
        return np.sum([design.gram() for design in designs], axis=0)

    @cached_property
    def _top(self) -> float:
        """About the largest eigenvalue of the Gram matrix."""
        return self._gram if isinstance(self._gram, float) else largest_eigenvalue(self._gram)

    def _gram_product(self, v: np.ndarray) -> np.ndarray:
        """Return the product of the Gram matrix with a vector."""
        designs = [chunk.design for chunk in self.layout.passes.chunks]
        return np.sum([d.backward(d.forward(v[:, None]))[:, 0] for d in designs], axis=0)

    def _short(self, blocks: Sequence[RowBlock], settled: Settled, tau: float) -> float:
        """Return loss + conjugate(tau U) - <tau U, raw>."""
        if tau == 1.0:
            return 0.0
        total = 0.0
        for block, raw, G in zip(blocks, settled.raw, settled.U, strict=True):
            total += block.loss.value(raw)
            if not self.layout.is_quadratic:
                total += block.loss.conjugate(tau * G) - tau * float(np.vdot(G, raw))
        return (1.0 - tau) ** 2 * total if self.layout.is_quadratic else max(total, 0.0)

    @cached_property
    def _null_loss(self) -> float:
        """The loss of the best constant prediction."""
        return float(self.layout.null_values.sum())


class WeightedGrams(NamedTuple):
    """Second moments X' H X of features with the Hessians H of samples, the first moments, and the sum of H."""

    squares: np.ndarray
    firsts: np.ndarray
    totals: np.ndarray

    def matrix(self, follow: bool) -> np.ndarray:
        """Return the Hessian in all weights, column by column; what intercepts take up if they follow is subtracted."""
        width, size = self.firsts.shape[0], self.firsts.shape[2]
        squares = self.squares.transpose(0, 2, 1, 3).reshape(width * size, width * size)
        if not follow:
            return squares
        firsts = self.firsts.transpose(0, 2, 1).reshape(width * size, width)
        taken = firsts @ inverse_root(self.totals)
        return squares - taken @ taken.T


def inverse_root(M: np.ndarray) -> np.ndarray:
    """Return R with R R' the pseudoinverse of M, positive semidefinite but for rounding.

    Intercepts of classes move nothing if all move alike: what rounding leaves of that must not count, and F M^-1 F'
    would multiply it up to an indefinite difference, where F R is divided by its root alone.
    """
    values, vectors = np.linalg.eigh(M)
    kept = values > NOTHING * values.max(initial=0.0)
    return vectors[:, kept] / np.sqrt(values[kept])


def weighted_grams(X: np.ndarray, H: np.ndarray) -> WeightedGrams:
    """Return the moments of X, (n_samples, n_features), under H, (n_samples, width, width)."""
    width = H.shape[1]
    squares = np.empty((width, width, X.shape[1], X.shape[1]))
    for k in range(width):
        for m in range(k + 1):
            squares[k, m] = X.T @ (X * H[:, k, m, None])
            squares[m, k] = squares[k, m]
    firsts = np.einsum("nkm,nd->kmd", H, X)
    return WeightedGrams(squares, firsts, H.sum(axis=0))


def add(before: WeightedGrams | None, new: WeightedGrams) -> WeightedGrams:
    """Add up the moments of pieces."""
    return new if before is None else WeightedGrams(*(a + b for a, b in zip(before, new)))
