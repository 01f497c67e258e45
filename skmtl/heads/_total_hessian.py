"""The sum over samples of the Hessian of a joint loss in its raw columns."""

from typing import NamedTuple

import numpy as np


class TotalHessian(NamedTuple):
    """A Hessian between columns: its diagonal, and the squares of those columns that are coupled, as classes are."""

    diagonal: np.ndarray
    groups: list[tuple[np.ndarray, np.ndarray]]

    @classmethod
    def zero(cls, n_columns: int) -> "TotalHessian":
        """Return the Hessian of nothing."""
        return cls(np.zeros(n_columns), [])

    def add(self, other: "TotalHessian", columns: slice | np.ndarray) -> None:
        """Add another Hessian, of some of the columns."""
        self.diagonal[columns] += other.diagonal
        if other.groups:  # else all columns would be counted for each task
            inside = np.arange(len(self.diagonal))[columns]
            self.groups.extend((inside[group], square) for group, square in other.groups)

    def times(self, factor: float) -> "TotalHessian":
        """Return the Hessian times a number."""
        groups = [(columns, factor * square) for columns, square in self.groups]
        return TotalHessian(factor * self.diagonal, groups)

    def whole_diagonal(self) -> np.ndarray:
        """Return the diagonal, coupled columns included."""
        diagonal = self.diagonal.copy()
        for columns, square in self.groups:
            diagonal[columns] += np.diag(square)
        return diagonal

    def matrix(self) -> np.ndarray:
        """Return the whole matrix."""
        whole = np.diag(self.diagonal)
        for columns, square in self.groups:
            whole[np.ix_(columns, columns)] += square
        return whole
