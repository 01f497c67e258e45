"""The contract of a penalty, and what it may know of the columns it ties."""

from abc import abstractmethod
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..utils import Configurable
from ._composite import Composite
from ._entries import Entries
from ._quadratic import Quadratic

ONE_COLUMN = "one column"
FEATURES, ORTHONORMAL, ANY = "features", "orthonormal", "any"


@dataclass(frozen=True)
class Columns:
    """The columns of a coefficient matrix, as far as penalties may know them.

    Columns of different tasks may be tied if they have the same family and label.

    Parameters
    ----------
    tasks : tuple of length n_columns
        Name of the task of each column; those of one task are neighbours.

    families : tuple of length n_columns
        "one column" for tasks of one column, the classes for those of several.

    labels : tuple of length n_columns
        The class that a column stands for, None for tasks of one column.

    curvature : ndarray of shape (n_columns,)
        The factor k_t that balances kinds of loss.

    all_tasks : tuple of length n_tasks
        The tasks in the order of y, also those without a column here.

    places : ndarray of shape (n_columns,), default=None
        Rows of ``coef_`` that the columns stand for; None where all are here, in order.

    n_rows : int, default=None
        Number of rows of ``coef_``.

    Examples
    --------
    >>> from skmtl.penalties import Columns
    >>> columns = Columns.alone("died", "days")
    >>> columns.u, [tie.tolist() for tie in columns.ties()]
    (array([1., 1.]), [[0, 1]])
    """

    tasks: tuple[Hashable, ...]
    families: tuple[Hashable, ...]
    labels: tuple[Hashable, ...]
    curvature: np.ndarray
    all_tasks: tuple[Hashable, ...]
    places: np.ndarray | None = None
    n_rows: int | None = None

    @classmethod
    def alone(cls, *tasks: Hashable) -> "Columns":
        """Return the columns of tasks of one column each, of one kind of loss.

        Parameters
        ----------
        *tasks : hashable
            Names of the tasks.

        Returns
        -------
        columns : Columns
            A column for each task.
        """
        n = len(tasks)
        return cls(tasks, (ONE_COLUMN,) * n, (None,) * n, np.ones(n), tasks)

    def __len__(self) -> int:
        return len(self.tasks)

    @property
    def u(self) -> np.ndarray:
        """What each column of W is multiplied by before it is penalised."""
        return np.sqrt(self.curvature)

    @property
    def entries(self) -> Entries:
        """Which neighbouring columns are of one task."""
        pairs = zip(self.tasks, (None, *self.tasks))
        starts = tuple(k for k, (task, before) in enumerate(pairs) if k == 0 or task != before)
        return Entries(starts, len(self))

    def placed(self, square: np.ndarray) -> np.ndarray:
        """Return a matrix between columns as one between the rows of ``coef_``: zero for those without a column.

        Parameters
        ----------
        square : ndarray of shape (n_columns, n_columns)
            The matrix.

        Returns
        -------
        placed : ndarray of shape (n_rows, n_rows)
            The same with its rows and columns in their places.
        """
        if self.places is None or self.n_rows is None:
            return square
        full = np.zeros((self.n_rows, self.n_rows))
        full[np.ix_(self.places, self.places)] = square
        return full

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

    A penalty holds parameters alone. ``bind`` ties it to the columns of one problem, and gives the mathematics: it is
    all that a new penalty must have. _strengths names the parameters that are strengths, if not alpha.

    Examples
    --------
    >>> from skmtl.penalties import MeanRegularized, Penalty
    >>> isinstance(MeanRegularized(), Penalty)
    True
    """

    _strengths: ClassVar[tuple[str, ...]] = ("alpha",)

    def scaled(self, factor: float) -> "Penalty":
        """Return the penalty with all its strengths multiplied.

        Parameters
        ----------
        factor : float
            What strengths are multiplied by, above 0.

        Returns
        -------
        penalty : Penalty
            A new penalty; the other parameters are the same.

        Examples
        --------
        >>> from skmtl.penalties import Dirty
        >>> Dirty(alpha_shared=3.0, alpha_specific=2.0).scaled(10)
        Dirty(alpha_shared=30.0, alpha_specific=20.0)
        """
        made = clone_of(self)
        return made.set_params(
            **{name: times(getattr(self, name), factor) for name in self._strengths}
        )

    @property
    def basis(self) -> str:
        """In which coordinates of the features it can be reckoned, where few samples need few of them.

        FEATURES, by default: none but the features themselves. ORTHONORMAL: any orthonormal ones. ANY: any at all.
        """
        return FEATURES

    @property
    def compares_intercepts(self) -> bool:
        """Whether intercepts are penalised, so that all tasks need inputs with the same centre: by default, no."""
        return False

    def check_columns(self, columns: Columns) -> None:
        """Raise ValueError where the parameters do not fit the tasks, before anything is fitted.

        Parameters
        ----------
        columns : Columns
            The columns of the coefficient matrix.
        """

    @abstractmethod
    def bind(self, columns: Columns, separate: np.ndarray | None) -> Quadratic | Composite:
        """Return the penalty as a function of the coefficients of these columns.

        Parameters
        ----------
        columns : Columns
            The columns of the coefficient matrix.

        separate : ndarray of shape (n_features, n_columns) or None
            Coefficients of the tasks fitted separately, where ``unbound`` asked for them.

        Returns
        -------
        bound : Quadratic or Composite
            The penalty on matrices with those columns.
        """

    def unpenalized(self, columns: Columns) -> frozenset[Hashable]:
        """Return the tasks that it leaves free: each is fitted alone, and ``bind`` does not see them.

        Parameters
        ----------
        columns : Columns
            The columns of the coefficient matrix.

        Returns
        -------
        tasks : frozenset
            Names of tasks: by default, none.
        """
        return frozenset()

    def unbound(self, columns: Columns) -> Quadratic | None:
        """Return the penalty of the separate fits that ``bind`` wants to see: None, unless it wants any.

        Parameters
        ----------
        columns : Columns
            The columns of the coefficient matrix.

        Returns
        -------
        bound : Quadratic or None
            The penalty of the separate fits.
        """
        return None


def ridge_part(columns: Columns, strength: float) -> np.ndarray | None:
    """Return the precision of strength / 2 * ||V||^2, None where there is none."""
    return strength * np.eye(len(columns)) if strength > 0 else None


def clone_of(penalty: Penalty) -> Penalty:
    """Return a penalty with the same parameters, not copied."""
    return type(penalty)(**penalty.get_params(deep=False))


def times(strength: Any, factor: float) -> Any:
    """Return a strength, or one a task, times a factor."""
    if isinstance(strength, Mapping):
        return {task: float(factor * value) for task, value in strength.items()}
    return float(factor * strength)


def strengths(
    alpha: float | Mapping[Hashable, float], columns: Columns
) -> tuple[float, np.ndarray]:
    """Return the common strength and u, the factor of each column: V = W diag(u), u_t = sqrt(k_t r_t)."""
    if not isinstance(alpha, Mapping):
        return float(alpha), np.sqrt(columns.curvature)
    if set(alpha) != set(columns.all_tasks):
        raise ValueError(
            f"alpha (C of classifiers) must have one number for each of the tasks {list(columns.all_tasks)}, "
            f"got {alpha!r}"
        )
    relative = np.array([float(alpha[task]) for task in columns.tasks])
    return 1.0, np.sqrt(columns.curvature * relative)
