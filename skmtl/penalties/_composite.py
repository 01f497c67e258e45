"""Penalties that are not smooth, bound to the columns of a coefficient matrix."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ._quadratic import PooledIntercepts, SharedParts, nothing, share
from ._terms import Term


@dataclass(frozen=True, eq=False)
class Composite:
    """A penalty with kinks, on V = W diag(u).

    It is the minimum over V = sum_k P_k of sum_k term_k(P_k), plus 1/2 trace(V precision V'). A solver holds the P_k as
    one array, parts, of shape (n_terms, n_features, n_columns).

    Parameters
    ----------
    u : ndarray of shape (n_columns,)
        What each column of W is multiplied by before it is penalised.

    terms : tuple of Term
        One for each P_k.

    names : tuple of str, default=()
        Names of the P_k, where there are several.

    precision : ndarray of shape (n_columns, n_columns), default=None
        The matrix of the quadratic part; None where there is none.

    shared : tuple of SharedPart, default=None
        What columns share; None where that is not defined.

    pooled : tuple of PooledIntercepts, default=()
        Penalties on the intercepts.

    learned : callable, default=nothing
        Takes the weights V of a fit, and tells what they say of the tasks beside: a dict {name: value}.

    Examples
    --------
    >>> import numpy as np
    >>> from skmtl.penalties import Columns, Composite, NuclearNorm
    >>> bound = NuclearNorm(2.0).bind(Columns.alone("a", "b"), None)
    >>> isinstance(bound, Composite)
    True
    >>> float(bound.value(np.diag([3.0, 4.0])[None]))
    14.0
    """

    u: np.ndarray
    terms: tuple[Term, ...]
    names: tuple[str, ...] = ()
    precision: np.ndarray | None = None
    shared: SharedParts | None = None
    pooled: tuple[PooledIntercepts, ...] = ()
    learned: Callable[[np.ndarray], dict[str, Any]] = nothing

    @property
    def by_rows(self) -> bool:
        """Whether it is a sum over features."""
        return all(term.by_rows for term in self.terms)

    @property
    def rotates(self) -> bool:
        """Whether it stays the same where V is multiplied by an orthogonal matrix from the left."""
        return all(term.rotates for term in self.terms)

    @property
    def row_strength(self) -> float | None:
        """The strength where its one term is that times the norms of rows, and precision a number; None elsewhere."""
        if len(self.terms) > 1 or not is_multiple_of_identity(self.precision):
            return None
        return self.terms[0].row_strength

    def share(self, W: np.ndarray) -> np.ndarray | None:
        """Return the part of W that is shared; None where that is not defined."""
        return share(self.shared, W)

    def value(self, parts: np.ndarray) -> float:
        """Return the terms at their parts, and the quadratic part at their sum."""
        terms = sum(term.value(part) for term, part in zip(self.terms, parts, strict=True))
        return float(terms) + self.quadratic(parts.sum(axis=0))

    def quadratic(self, V: np.ndarray) -> float:
        """Return the quadratic part."""
        return 0.0 if self.precision is None else 0.5 * float(np.vdot(V @ self.precision, V))

    def slope(self, V: np.ndarray) -> np.ndarray | float:
        """Return the gradient of the quadratic part."""
        return 0.0 if self.precision is None else V @ self.precision

    def prox(self, parts: np.ndarray, step: float | np.ndarray) -> np.ndarray:
        """Return the proximal points of the terms, each at its part; a penalty by_rows takes a step for each row."""
        if len(self.terms) == 1:
            return self.terms[0].prox(parts[0], step)[None]
        return np.stack([term.prox(part, step) for term, part in zip(self.terms, parts)])

    def prox_jacobians(self, parts: np.ndarray, step: float | np.ndarray) -> list[np.ndarray]:
        """Return the derivative of each term's prox, as matrices along a diagonal."""
        return [term.prox_jacobian(part, step) for term, part in zip(self.terms, parts)]

    def prox_derivatives(
        self, parts: np.ndarray, step: float | np.ndarray
    ) -> list[Callable[[np.ndarray], np.ndarray]]:
        """Return the derivative of each term's prox, as a map of directions."""
        return [term.prox_derivative(part, step) for term, part in zip(self.terms, parts)]

    def dual_scaling(self, C: np.ndarray) -> float:
        """Return the largest number up to one that takes C into the domain of the conjugates of all terms."""
        return 1.0 / max(1.0, *(term.dual_norm(C) for term in self.terms))

    def fenchel_gap(self, parts: np.ndarray, C: np.ndarray) -> float:
        """Return sum_k term_k(P_k) + conjugate_k(-C) + <C, P_k>: zero where -C is a subgradient of each at its part."""
        return sum(
            term.value(part) + term.conjugate(-C) + float(np.vdot(C, part))
            for term, part in zip(self.terms, parts, strict=True)
        )

    def conjugate(self, U: np.ndarray) -> float:
        """Return sup over V of <U, V> - value(V), where there is no quadratic part beside the terms."""
        return sum(term.conjugate(U) for term in self.terms)

    def alpha_max(self, C: np.ndarray) -> float:
        """Return the least number by which all strengths must be multiplied for V = 0, C being the gradient there.

        Infinity where no strength is enough, since a term has no kink at zero.
        """
        norms = [term.dual_norm(C) for term in self.terms]
        return np.inf if min(norms) == 0.0 < np.abs(C).max(initial=0.0) else max(norms)

    def moving_rows(self, C: np.ndarray, step: float = 1.0) -> np.ndarray:
        """Return how far each row would move from zero, were C the gradient there: 0 for those that stay."""
        size = np.zeros(len(C))
        for term in self.terms:
            moved = term.prox(C, step)
            size = np.maximum(size, np.einsum("ij,ij->i", moved, moved))
        return np.sqrt(size)


def is_multiple_of_identity(matrix: np.ndarray | None) -> bool:
    """Whether a matrix, None standing for zero, is a number times the identity."""
    return matrix is None or np.array_equal(matrix, matrix[0, 0] * np.eye(len(matrix)))
