"""The contract of a penalty, and what it may know of the columns it ties."""

from abc import abstractmethod
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..utils import Configurable
from ._quadratic import Quadratic

ONE_COLUMN = "one column"


@dataclass(frozen=True)
class Columns:
    """The columns of a coefficient matrix, as far as penalties may know them.

    tasks and families name the task of each column and its family: ONE_COLUMN for tasks of one column, the
    classes for those of several. Columns of different tasks may be tied if they have the same family and label.
    curvature is the factor k_t that balances kinds of loss. all_tasks also has the tasks without a column here.
    """

    tasks: tuple[Hashable, ...]
    families: tuple[Hashable, ...]
    labels: tuple[Hashable, ...]
    curvature: np.ndarray
    all_tasks: tuple[Hashable, ...]

    def __len__(self) -> int:
        return len(self.tasks)

    def ties(self) -> list[np.ndarray]:
        """Return the groups of columns that may be tied, each of different tasks: all ONE_COLUMN tasks first."""
        groups: dict[Any, list[int]] = {}
        for position, role in enumerate(zip(self.families, self.labels, strict=True)):
            groups.setdefault(role, []).append(position)
        return [
            np.array(group)
            for (family, _), group in groups.items()
            if family == ONE_COLUMN or len(group) > 1
        ]


class Penalty(Configurable):
    """Convex function of the coefficients of several tasks.

    A penalty holds parameters alone. ``bind`` ties it to the columns of one problem, and gives the mathematics.

    Examples
    --------
    >>> from skmtl.penalties import MeanRegularized, Penalty
    >>> isinstance(MeanRegularized(), Penalty)
    True
    """

    @property
    @abstractmethod
    def compares_intercepts(self) -> bool:
        """Whether intercepts are penalised, so that all tasks need inputs with the same centre."""

    @abstractmethod
    def bind(self, columns: Columns, separate: np.ndarray | None) -> Quadratic:
        """Return the penalty as a function of the coefficients of these columns.

        Parameters
        ----------
        columns : Columns
            The columns of the coefficient matrix.

        separate : ndarray of shape (n_features, n_columns) or None
            Coefficients of the tasks fitted separately, where ``unbound`` asked for them.

        Returns
        -------
        bound : Quadratic
            The penalty on matrices with those columns.
        """

    @abstractmethod
    def unbound(self, columns: Columns) -> Quadratic | None:
        """Return the penalty of the separate fits that ``bind`` wants to see, or None if it wants none."""


def strengths(
    alpha: float | Mapping[Hashable, float], columns: Columns
) -> tuple[float, np.ndarray]:
    """Return the common strength and u, the factor of each column: V = W diag(u), u_t = sqrt(k_t r_t)."""
    if not isinstance(alpha, Mapping):
        return float(alpha), np.sqrt(columns.curvature)
    if set(alpha) != set(columns.all_tasks):
        raise ValueError(
            f"alpha must have one number for each of the tasks {list(columns.all_tasks)}, got {alpha!r}"
        )
    relative = np.array([float(alpha[task]) for task in columns.tasks])
    return 1.0, np.sqrt(columns.curvature * relative)
