"""The smooth problem that joint linear models with quadratic penalties hand to a solver."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ...penalties import Quadratic
from ._arrowhead import ArrowheadInverse
from ._certificate import loss_of
from ._classes_inverse import ApartInverse
from ._column_hessians import AMONG, ColumnHessian
from ._coupling import Coupling, StarCoupling, coupling_of
from ._gram_inverse import ROUGHLY, Inverse, gram_inverse
from ._intercepts import Intercepts, make_intercepts
from ._layout import LARGEST_EIGENPROBLEM, FitLayout
from ._passes import Kernel, Passes, Raw, is_within
from ._row_block import total_hessian
from ._sample_gram import SampleGram
from ._stein_inverse import SteinInverse, excess_curvature

CERTIFIED = 1e-10  # duality gap, relative to the scale, to which solvers go on where they can
# Passes over the data that the Hessians of all columns may cost,
DIRECT = 30.0  # where they give the solution of squared losses, or DIRECT_WORK multiplications,
CLOSELY_MISSING = 60.0  # where they precondition, and labels are missing, so that no other preconditioner sees of whom,
CLOSELY = 12.0  # and where they are not
DIRECT_WORK = 1e9
CLOSE, CLOSE_CLASSES = (1e-3,), (0.3, 1e-2, 1e-4)
OUTNUMBER = (
    2.0  # rows, relative to the coordinates, with which curvature along the weights says something
)
BLURRED = (
    1.0  # rounding of a Hessian, relative to the least eigenvalue, that a preconditioner may have
)
STILL = 1e-9  # root mean square change of predictions, in standard deviations, that is none


@dataclass(frozen=True, eq=False)
class SmoothProblem:
    """Minimise loss((X - mean) W + b) + penalty(W, b), with W = U F' and b as in Intercepts.

    A vector of the problem is U, ravelled, then beta. In these coordinates the penalty on U is 1/2 ||U||^2,
    whatever the tasks share, and the Hessian in beta is near the identity. Where solvers stop, predictions are surely
    no further from the optimum than surely_within, in standard deviations.
    """

    layout: FitLayout
    coupling: Coupling
    intercepts: Intercepts
    passes: Passes
    surely_within: float = np.inf

    @classmethod
    def of(cls, layout: FitLayout, penalty: Quadratic) -> "SmoothProblem":
        """Choose the coordinates for a penalty."""
        intercepts = make_intercepts(layout, penalty)
        return cls(layout, coupling_of(penalty), intercepts, layout.passes)

    @property
    def rounded(self) -> "SmoothProblem | None":
        """The same problem in single precision, whose passes take half the time; None where they do not."""
        passes = self.layout.single_passes
        return None if passes is None else replace(self, passes=passes)

    @property
    def apart(self) -> "SmoothProblem":
        """The same problem, in double precision, without stacks of tasks."""
        return replace(self, layout=self.layout.apart, passes=self.layout.apart.passes)

    @property
    def scale(self) -> float:
        """What tol is relative to."""
        return self.layout.scale

    @property
    def is_quadratic(self) -> bool:
        """Whether the Hessian is the same everywhere."""
        return self.layout.is_quadratic

    def split(self, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return views of the parts of a vector: U and beta."""
        n = self.layout.size * self.coupling.rank
        return v[:n].reshape(-1, self.coupling.rank), v[n:]

    def start(self) -> np.ndarray:
        """Return the vector of the best constant prediction."""
        return np.zeros(self.layout.size * self.coupling.rank + len(self.intercepts.ridge))

    def vector(self, W: np.ndarray, intercept: np.ndarray) -> np.ndarray:
        """Return a vector near given weights of features and their intercepts, to start from."""
        v = self.start()
        U, beta = self.split(v)
        U[...] = self.coupling.solve(self.layout.coordinates(W))
        beta[...] = self.intercepts.coordinates(intercept + self.layout.at_centre(W))
        return v

    def coefficients(self, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the weights of features, and the intercepts of inputs that are not centred."""
        U, beta = self.split(v)
        W = self.layout.weights(self.coupling.spread(U))
        return W, self.intercepts.at(beta) - self.layout.at_centre(W)

    def null_intercept(self, W: np.ndarray) -> np.ndarray:
        """Return the intercepts of inputs that are not centred which are the best where predictions are constant.

        With a squared loss and all labels they are so for any weights.
        """
        layout, intercepts = self.layout, self.intercepts
        slope = layout.null_hessian.diagonal * (intercepts.base - layout.null_raw)
        beta = intercepts.newton_step(layout.null_hessian, intercepts.gradient(slope))
        return intercepts.at(beta) - layout.at_centre(W)

    # What solvers ask for

    def begin(self, v: np.ndarray) -> tuple[Raw, np.ndarray]:
        """Return the raw predictions of v, and the gradient there."""
        if not v.any() and self.intercepts.are_free:
            raw = self.passes.constant(self.layout.null_raw)
            if self.passes is self.layout.passes:
                in_W = self.layout.null_gradient
            else:
                in_W = self.passes.backward(self.passes.loss_gradient(raw))
            return raw, self._gradient(v, in_W, np.zeros(self.layout.n_columns))
        U, beta = self.split(v)
        chunks, b = self.passes.chunks, self.intercepts.at(beta)
        raw, back = self._sweep(U, b, lambda k, part: chunks[k].loss.gradient(part))
        return raw, self._gradient(v, *back)

    def predict(self, v: np.ndarray) -> Raw:
        """Return the raw predictions of v."""
        U, beta = self.split(v)
        b = self.intercepts.at(beta)
        raw = self.passes.forward(self.coupling.spread(U))
        for part, chunk in zip(raw, self.passes.chunks, strict=True):
            part += b[chunk.columns]
        return raw

    def value(self, v: np.ndarray, raw: Raw) -> float:
        """Return the objective at v, whose raw predictions are raw."""
        U, beta = self.split(v)
        loss = loss_of(self.passes.chunks, raw)
        return loss + 0.5 * float(np.vdot(U, U)) + self.intercepts.penalty(beta)

    def largest_change(self, change: Raw) -> float:
        """Return the largest root mean square by which predictions of a task change, in standard deviations."""
        squares = np.zeros(self.layout.n_columns)
        n_samples = np.zeros(self.layout.n_columns)
        for chunk, part in zip(self.passes.chunks, change, strict=True):
            squares[chunk.columns] += np.square(part).sum(axis=0)
            n_samples[chunk.columns] += len(part)
        return float((np.sqrt(squares / n_samples) / self.layout.unit).max())

    def gradient(self, v: np.ndarray, raw: Raw) -> np.ndarray:
        """Return the gradient at v, whose raw predictions are raw."""
        G = self.passes.loss_gradient(raw)
        return self._gradient(v, self.passes.backward(G), self.passes.column_sums(G))

    def advance(self, v: np.ndarray, raw: Raw, D: np.ndarray) -> tuple[Raw, np.ndarray]:
        """Return the change of the raw predictions along D and the gradient at v + D, from one pass over the data."""
        chunks, (U, beta) = self.passes.chunks, self.split(D)
        kernel: Kernel = lambda k, part: chunks[k].loss.gradient(raw[k] + part)
        change, back = self._sweep(U, self.intercepts.change(beta), kernel)
        return change, self._gradient(v + D, *back)

    def hessian_product(self, raw: Raw, D: np.ndarray) -> tuple[Raw, np.ndarray]:
        """Return the change of the raw predictions along D and the Hessian times D, from one pass over the data."""
        chunks, (U, beta) = self.passes.chunks, self.split(D)
        kernel: Kernel = lambda k, part: chunks[k].loss.hessian_product(raw[k], part)
        change, back = self._sweep(U, self.intercepts.change(beta), kernel)
        return change, self._gradient(D, *back)

    def loss_slope(self, raw: Raw, change: Raw) -> float:
        """Return the derivative of the loss at raw along a change of raw."""
        parts = zip(self.passes.chunks, raw, change, strict=True)
        return float(sum(np.vdot(chunk.loss.gradient(part), new) for chunk, part, new in parts))

    def penalty_product(self, v: np.ndarray) -> np.ndarray:
        """Return P v, where the penalty is <v, P v> / 2."""
        product = v.copy()
        self.split(product)[1][...] *= self.intercepts.ridge
        return product

    def preconditioner(
        self, v: np.ndarray | None = None, raw: Raw | None = None, closely: bool = False
    ) -> Callable[[np.ndarray], np.ndarray]:
        """Return an approximation of the inverse Hessian at v, or at the best constant prediction where v is None.

        It has the mean curvature of each column in every sample, and that along its weights where it can; closely asks
        for the Hessian of each column.
        """
        if closely and raw is not None:
            return self._by_column(raw)
        hessian = self.layout.null_hessian if raw is None else self.passes.rough_hessian(raw)
        inverse = gram_inverse(self.rough_gram, self.coupling, hessian, ROUGHLY)
        if v is not None and raw is not None and self.has_curvature_along:
            inverse = self._with_curvature_along(v, raw, hessian.diagonal, inverse)

        def precondition(v: np.ndarray) -> np.ndarray:
            Z = v.copy()
            U, _ = self.split(Z)
            U[...] = inverse(U)
            return Z

        return precondition

    @cached_property
    def rough_gram(self) -> FitLayout | SampleGram:
        """Where about the Gram matrix is to be had: in single precision where rounding leaves it positive."""
        rounded = self.layout.rounded_gram
        return rounded if self.is_conditioned else self.layout

    @property
    def has_curvature_along(self) -> bool:
        """Whether the curvature of each column along its weights is to be had, for no more than a pass over X."""
        layout, coupling, T = self.layout, self.coupling, self.layout.n_columns
        if not isinstance(coupling, StarCoupling) or self._classes or self.is_quadratic:
            return False
        if self.rough_gram.gram is None or coupling.common is None:
            return self.rough_gram.gram is not None
        work = 2.0 * T**2 + 6.0 * layout.size * T
        is_cheap = work <= 4.0 * self.passes.n_samples * layout.size
        return is_cheap and layout.size <= LARGEST_EIGENPROBLEM

    def _with_curvature_along(
        self, v: np.ndarray, raw: Raw, curvature: np.ndarray, inverse: Inverse
    ) -> Inverse:
        layout, gram = self.layout, self.rough_gram.gram
        assert isinstance(self.coupling, StarCoupling) and gram is not None
        W = self.coupling.spread(self.split(v)[0])
        along, mean = gram @ W, curvature / layout.n_rows
        seen, n_samples = self.passes.rough_curvature(raw, layout.fit_intercept)
        says_something = n_samples >= OUTNUMBER * layout.size
        excess = np.where(says_something, excess_curvature(along, W, mean, seen), 0.0)
        return SteinInverse.of(inverse, self.coupling, along, excess) if excess.any() else inverse

    def goal(self, tol: float) -> float:
        """Return half the squared norm of the gradient at which solvers may stop: a bound on the duality gap.

        Where labels are missing and the preconditioner does not know of which task, it is also one at which
        predictions stand still, or move by no more than a tenth of what the tolerance asks for.
        """
        goal = max(CERTIFIED, tol) * self.scale
        if self.has_missing and not self.has_close_preconditioner:
            goal = min(goal, 0.5 * max(STILL**2, 0.01 * tol) / self.reach)
        return min(goal, 0.5 * self.surely_within**2 / self.reach)

    def motion(self, gap: float) -> float:
        """Bound on how far predictions are from those of the optimum at a duality gap, in standard deviations."""
        return float(np.sqrt(2.0 * gap * self.reach))

    def likely_motion(self, suboptimality: float, G: Raw) -> float:
        """Estimate of that where the objective is so far from its optimum, and G the gradient in raw, by chunk.

        Predictions of rows like those seen vary by x' H^-1 x; were all labels curved and weighed as little as the least
        on average, that is at most the number of directions over the sum of the curvatures.
        """
        layout = self.layout
        curvature = total_hessian(layout.chunks, G, layout.n_columns).whole_diagonal()
        n_labels, share = np.zeros(layout.n_columns), np.ones(layout.n_columns)
        for block in layout.blocks:
            n_labels[block.columns] += block.loss.n_labels
            share[block.columns] = block.loss.least_shares
        n_directions = np.minimum(n_labels, layout.size)
        with np.errstate(divide="ignore"):
            spread = float((n_directions / (share * curvature)).max())
        return float(np.sqrt(2.0 * suboptimality * min(spread, self.reach)))

    @property
    def has_missing(self) -> bool:
        """Whether tasks differ in the samples that they have labels of, but not by block."""
        return any(
            np.any(block.loss.n_labels < block.design.counts) for block in self.layout.blocks
        )

    @property
    def reach(self) -> float:
        """Bound on the mean square of the predictions, in standard deviations, of U of length one."""
        variance = float((self.coupling.variance / self.layout.unit**2).max())
        return float(self.layout.total_square / self.layout.n_rows * variance) or 1.0

    # Inverses that know each column's Hessian

    @property
    def has_close_preconditioner(self) -> bool:
        """Whether the Hessian of each column is to be had, and worth its price."""
        if not (isinstance(self.coupling, StarCoupling) and self.intercepts.are_free):
            return False
        if self.is_quadratic:
            return self.layout.has_cheap_hessians(DIRECT, DIRECT_WORK)
        if not all(map(self._is_apart, self._classes)):
            return False
        passes = CLOSELY_MISSING if self.has_missing else CLOSELY
        return self.layout.has_cheap_hessians(passes, among=AMONG)

    @property
    def close_at(self) -> tuple[float, ...]:
        """Estimates of the suboptimality at which the Hessians of all columns are worth their price.

        Those of many classes change most.
        """
        if not self.has_close_preconditioner:
            return ()
        return CLOSE_CLASSES if self._classes else CLOSE

    @property
    def _classes(self) -> list[np.ndarray]:
        """The columns of each task of several classes."""
        return [columns for columns, _ in self.layout.null_hessian.groups]

    def _is_apart(self, columns: np.ndarray) -> bool:
        """Whether classes share nothing, with the same strength, and have Hessians that are no larger than need be."""
        assert isinstance(self.coupling, StarCoupling)
        common, root = self.coupling.common, self.coupling.root[columns]
        shares = common is not None and bool(common[columns].any())
        return not (shares or np.ptp(root) or self.layout.has_row_space)

    def arrowhead(self, hessians: Sequence[ColumnHessian]) -> ArrowheadInverse:
        """Return the inverse that knows each column's Hessian."""
        assert isinstance(self.coupling, StarCoupling)
        return ArrowheadInverse.of(self.coupling, hessians, self.intercepts)

    @property
    def can_round(self) -> bool:
        """Whether the Hessians of squared losses in single precision, with a correction more, cost less and suffice."""
        layout, variance = self.layout, self.coupling.variance
        is_held = is_within(variance[None]) and is_within(np.array([layout.total_square]))
        return layout.has_dear_squares and is_held and self.is_conditioned

    @property
    def is_conditioned(self) -> bool:
        """Whether rounding in single precision leaves what preconditions positive, and about right."""
        curvature = self.layout.null_hessian.whole_diagonal() / self.layout.n_rows
        condition = float((self.coupling.variance * curvature).max()) * self.layout.total_square
        return condition * float(np.finfo(np.float32).eps) < BLURRED

    def _by_column(self, raw: Raw) -> Callable[[np.ndarray], np.ndarray]:
        layout, precision = self.layout, np.float32 if self.is_conditioned else np.float64
        assert isinstance(self.coupling, StarCoupling)
        rough = layout.column_hessians(layout.by_block(raw), precision, AMONG)
        hessians = [hessian.precise for hessian in rough]
        inverse = ApartInverse.of(self.coupling, hessians, self._classes, self.intercepts)

        def precondition(v: np.ndarray) -> np.ndarray:
            Z = np.empty_like(v)
            (U, beta), (U_out, beta_out) = self.split(v), self.split(Z)
            U_out[...], beta_out[...] = inverse.with_intercepts(U, beta)
            return Z

        return precondition

    def _sweep(
        self, U: np.ndarray, shift: np.ndarray, kernel: Kernel
    ) -> tuple[Raw, tuple[np.ndarray, np.ndarray]]:
        """Return what U and a shift are in raw, and the gradients in W and the intercepts that kernel makes of that."""
        shift = shift.astype(self.passes.precision, copy=False)
        sums = np.zeros(self.layout.n_columns)
        image: Raw = []

        def note(k: int, part: np.ndarray) -> np.ndarray:
            columns = self.passes.chunks[k].columns
            part += shift[columns]
            image.append(part)
            G = kernel(k, part)
            sums[columns] += np.ones(len(G), G.dtype) @ G
            return G

        return image, (self.passes.sweep(self.coupling.spread(U), note), sums)

    def _gradient(self, v: np.ndarray, in_W: np.ndarray, in_b: np.ndarray) -> np.ndarray:
        """Return the gradient in v, given those of the loss in W and in the intercepts."""
        C = np.empty_like(v)
        (U, beta), (C_U, C_beta) = self.split(v), self.split(C)
        np.add(self.coupling.gather(in_W), U, out=C_U)
        C_beta[...] = self.intercepts.gradient(in_b) + self.intercepts.ridge * beta
        return C
