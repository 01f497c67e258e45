"""The smooth problem that joint linear models with quadratic penalties hand to a solver."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..penalties import Quadratic
from ._arrow import Arrow
from ._data import Data
from ._geometry import Kernel, invert
from ._intercepts import SETTLED, Intercepts, make_intercepts, settle

EXACTLY = 1e-10  # relative differences of kappa that do not count where the solution hangs on them,
ROUGHLY = 0.3  # and where they only precondition


@dataclass(frozen=True, eq=False)
class LinearProblem:
    """Minimise loss((X - mean) W + b) + penalty(W, b), with W = U factor' and b as in Intercepts.

    A vector of the problem is U, ravelled, then beta. In these coordinates the penalty on U is 1/2 ||U||^2,
    whatever the tasks share, and the Hessian in beta is near the identity. Where each block of samples has a column of
    its own, the first column of U is common to all, and the others belong to the tasks.
    """

    data: Data
    factor: np.ndarray
    intercepts: Intercepts
    has_common_column: bool = False

    @classmethod
    def of(cls, data: Data, penalty: Quadratic) -> "LinearProblem":
        """Choose the coordinates for a penalty."""
        intercepts = make_intercepts(data, penalty)
        if penalty.common is None or not data.has_a_block_a_column:
            return cls(data, penalty.factor(), intercepts)
        root = np.sqrt(np.maximum(np.diag(penalty.covariance) - penalty.common**2, 0.0))
        return cls(data, np.column_stack([penalty.common, np.diag(root)]), intercepts, True)

    @property
    def scale(self) -> float:
        """What tol is relative to."""
        return self.data.scale

    @property
    def is_quadratic(self) -> bool:
        """Whether the Hessian is the same everywhere."""
        return self.data.is_quadratic

    def split(self, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return views of the parts of a vector: U and beta."""
        n = self.data.geometry.size * self.factor.shape[1]
        return v[:n].reshape(-1, self.factor.shape[1]), v[n:]

    def start(self) -> np.ndarray:
        """Return the vector of the best constant prediction."""
        return np.zeros(self.data.geometry.size * self.factor.shape[1] + len(self.intercepts.ridge))

    def predict(self, v: np.ndarray) -> list[np.ndarray]:
        """Return the raw predictions of v, by block."""
        if not v.any():
            is_null = np.array_equal(self.intercepts.base, self.data.null_raw)
            return self.data.null_parts if is_null else self.data.constant(self.intercepts.base)
        U, beta = self.split(v)
        b = self.intercepts.base + self.intercepts.basis @ beta
        raw = self.data.geometry.forward(U @ self.factor.T)
        for part, piece in zip(raw, self.data.pieces, strict=True):
            part += b[piece.columns]
        return raw

    def gradient(self, v: np.ndarray, raw: Sequence[np.ndarray]) -> np.ndarray:
        """Return the gradient at v, whose raw predictions are raw."""
        is_null = raw is self.data.null_parts
        return self._gradient(
            v, *(self.data.null_gradient if is_null else self.data.take_back(raw))
        )

    def advance(
        self, v: np.ndarray, raw: Sequence[np.ndarray], D: np.ndarray
    ) -> tuple[list[np.ndarray], np.ndarray]:
        """Return the change of the raw predictions along D and the gradient at v + D, from one pass over the data."""
        pieces = self.data.pieces
        change, back = self._sweep(D, lambda k, part: pieces[k].loss.gradient(raw[k] + part))
        return change, self._gradient(v + D, *back)

    def hessian_product(
        self, raw: Sequence[np.ndarray], D: np.ndarray
    ) -> tuple[list[np.ndarray], np.ndarray]:
        """Return the change of the raw predictions along D and the Hessian times D, from one pass over the data."""
        pieces = self.data.pieces
        change, back = self._sweep(D, lambda k, part: pieces[k].loss.hessian_product(raw[k], part))
        return change, self._gradient(D, *back)

    def loss_slope(self, raw: Sequence[np.ndarray], change: Sequence[np.ndarray]) -> float:
        """Return the derivative of the loss at raw along a change of raw."""
        parts = zip(self.data.pieces, raw, change, strict=True)
        return float(sum(np.vdot(piece.loss.gradient(part), new) for piece, part, new in parts))

    def _sweep(
        self, D: np.ndarray, kernel: Kernel
    ) -> tuple[list[np.ndarray], tuple[np.ndarray, np.ndarray]]:
        """Return how raw changes along D, and the gradients in W and the intercepts that kernel makes of that."""
        U, beta = self.split(D)
        shift, sums = self.intercepts.basis @ beta, np.zeros(self.data.n_columns)
        change: list[np.ndarray] = []

        def note(k: int, part: np.ndarray) -> np.ndarray:
            columns = self.data.pieces[k].columns
            part += shift[columns]
            change.append(part)
            G = kernel(k, part)
            sums[columns] += np.ones(len(G)) @ G
            return G

        return change, (self.data.geometry.sweep(U @ self.factor.T, note), sums)

    def _gradient(self, v: np.ndarray, in_W: np.ndarray, in_b: np.ndarray) -> np.ndarray:
        """Return the gradient in v, given those of the loss in W and in the intercepts."""
        C = np.empty_like(v)
        (U, beta), (C_U, C_beta) = self.split(v), self.split(C)
        C_U[...] = in_W @ self.factor + U
        C_beta[...] = self.intercepts.basis.T @ in_b + self.intercepts.ridge * beta
        return C

    def penalty_product(self, v: np.ndarray) -> np.ndarray:
        """Return P v, where the penalty is <v, P v> / 2."""
        product = v.copy()
        self.split(product)[1][...] *= self.intercepts.ridge
        return product

    def preconditioner(self, raw: Sequence[np.ndarray]) -> Callable[[np.ndarray], np.ndarray]:
        """Return the inverse of a Hessian with the mean curvature of each column at raw in every sample."""
        is_null = raw is self.data.null_parts
        curvature = self.data.null_curvature if is_null else self.data.total_hessian(raw)
        invert_U = self._arrow(curvature) if self.has_common_column else self._kronecker(curvature)

        def precondition(v: np.ndarray) -> np.ndarray:
            Z = v.copy()
            U, _ = self.split(Z)
            U[...] = invert_U(U)
            return Z

        return precondition

    def _arrow(self, curvature: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        """Give each block a Gram matrix of its own."""
        designs = [whole.design for whole in self.data.wholes]
        common, root = self.factor[:, 0], np.diag(self.factor[:, 1:])
        return Arrow.of(designs, np.diag(curvature), common, root)

    def _kronecker(self, curvature: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        """Give all columns the same Gram matrix."""
        kappa, rotation = self._strengths(curvature)
        inverse = invert(self.data.geometry, kappa, ROUGHLY)
        return lambda U: inverse(U @ rotation) @ rotation.T

    def exact(self, tol: float) -> tuple[np.ndarray, float]:
        """Solve a problem whose Hessian is kappa_j gram + I; return the solution and its duality gap.

        One step of refinement is taken where rounding left a relative gap above tol.
        """
        kappa, rotation = self._strengths(self.data.null_curvature)
        inverse, gram = invert(self.data.geometry, kappa, EXACTLY), self.data.geometry.gram
        B = -self.data.null_gradient[0] @ self.factor @ rotation
        U = inverse(B)
        R = B - U - gram @ (U * kappa)
        gap = 0.5 * np.vdot(self.data.geometry.metric(R), R)
        if gap > tol * self.scale:
            U += inverse(R)
            R = B - U - gram @ (U * kappa)
            gap = 0.5 * np.vdot(self.data.geometry.metric(R), R)
        v = self.start()
        own, beta = self.split(v)
        own[...] = U @ rotation.T
        basis, ridge = self.intercepts.basis, self.intercepts.ridge
        if ridge.any():
            H = basis.T @ self.data.null_curvature @ basis
            away = basis.T @ self.data.null_curvature @ (self.data.null_raw - self.intercepts.base)
            beta[...] = np.linalg.solve(H + np.diag(ridge), away)
        return v, float(gap)

    def _strengths(self, curvature: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return kappa and the rotation of the columns of U in which it is diagonal."""
        kappa, rotation = np.linalg.eigh(
            self.factor.T @ (curvature / self.data.n_rows) @ self.factor
        )
        return np.maximum(kappa, 0.0), rotation

    def metric(self, v: np.ndarray) -> np.ndarray:
        """Return v: inner products are plain wherever a solver iterates, since a Dual has direct solutions alone."""
        return v

    def coefficients(self, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return W and the intercepts of inputs that are not centred."""
        U, beta = self.split(v)
        W = self.data.coefficients(U @ self.factor.T)
        centred = self.intercepts.base + self.intercepts.basis @ beta
        return W, centred - self.data.at_centre(W)

    def vector(self, W: np.ndarray, intercept: np.ndarray) -> np.ndarray:
        """Return a vector near given coefficients, to start from."""
        v = self.start()
        U, beta = self.split(v)
        b = intercept + self.data.at_centre(W) - self.intercepts.base
        beta[...] = np.linalg.lstsq(self.intercepts.basis, b, rcond=None)[0] if len(beta) else 0.0
        U[...] = self.data.geometry.coordinates(W, self.factor)
        return v

    def settle(self, v: np.ndarray, raw: Sequence[np.ndarray]) -> tuple[np.ndarray, float]:
        """Make the intercepts optimal for U, given the raw predictions; return the vector and its duality gap.

        With the dual point U = gradient of the loss in raw, whose columns then sum to zero, Fenchel-Young
        is an equality and the gap is half the squared norm of the gradient in U: no number is left to choose.
        """
        v = v.copy()
        _, beta = self.split(v)
        found = settle(self.data, self.intercepts, beta, raw, SETTLED * np.sqrt(self.scale))
        beta[...] = found.beta
        C = self._gradient(v, self.data.geometry.backward(found.G), found.sums)
        self.split(C)[1][...] = 0.0
        return v, float(0.5 * C @ C)
