"""Weight vectors scattered around a common one."""

from collections.abc import Hashable, Mapping
from typing import NamedTuple

import numpy as np

from ..utils import NOT_NEGATIVE, Boolean, Either, Number, OneOf, PerTask, binary_unit
from ._base import ANY, FEATURES, Columns, Penalty, strengths
from ._composite import Composite
from ._quadratic import (
    DenseQuadratic,
    PooledIntercepts,
    Quadratic,
    SharedPart,
    StarQuadratic,
)
from ._sparse_group import rows_and_entries

NOTHING = 1e-12  # size of a separate fit, relative to the largest, that rounding of a constant target makes
NO_EVIDENCE = 1e-3  # entry of the eigenvector, or gap of eigenvalues, that could be the solver's


class MeanRegularized(Penalty):
    """The weight vectors of all tasks are correlated: how much is one number.

    Each task's weight vector is a common one, times the task's sign, plus a task-specific one. ``sharing`` is the share
    of the common one in the prior variance: 0 fits separate models, 1 one model for all tasks. Every task keeps
    the prior variance 1 / alpha, however many tasks there are and however much they share.

    Use it where all tasks may depend on the inputs in a similar way, or an opposite one. It shrinks a task towards
    the others, so it hurts a task that has nothing in common with them: tune ``sharing``, 0 included.

    Parameters
    ----------
    alpha : float or dict of {task: float}, default=1.0
        Strength, not negative. A dict gives each task its own: tasks that are hard to predict want more. A task of
        strength 0 has no penalty, see Notes.

    sharing : float, default=0.25
        Correlation of the weight vectors a priori, from 0 (separate models) to 1 (one model).

    signs : {"learned", "same"}, default="learned"
        Whether tasks may share with opposite signs (what raises the risk of death may shorten the stay):
        "learned" takes the signs of the leading eigenvector of the cosines between the separate fits, see Notes;
        "same" takes all signs as equal, for groups of samples as tasks.

    pool_intercept : bool, default=False
        Whether intercepts are drawn together too, as sharing says.

    l1 : float, default=0.0
        Strength of an added L1 norm, which drops features for single tasks; not negative.

    l21 : float, default=0.0
        Strength of an added L21 norm, which drops features for all tasks; not negative. Both need sharing < 1.

    See Also
    --------
    GraphLaplacian : Ties given pairs of tasks.

    Notes
    -----
    With V = W diag(u) the weights of the tasks (one column each) and q their signs:

        alpha / 2 * trace(V K^-1 V'),    K = (1 - sharing) I + sharing q q'

    where u_t^2 is 1 for squared and Poisson loss and, in MultiTaskGLM, 1/4 for losses of classes; a dict ``alpha``
    multiplies it by the task's own strength, and alpha is then 1 in front. Of tasks with several classes, columns
    are tied only between tasks with the same classes, class by class: within a softmax only contrasts count.
    ``pool_intercept`` adds alpha * sharing / (2 (1 - sharing)) * sum_t (z_t - mean z)^2 with z_t = q_t u_t b_t the
    intercepts of centred inputs.

    ``l1`` and ``l21`` add l1 * sum_j sum_t ||V_j[t]|| + l21 * sum_j ||V_j||, with V_j the row of feature j and V_j[t]
    the columns of task t in it: one, or one for each of several classes.

    A task of strength 0 shares nothing, whatever ``sharing`` (below 1) says: q_t is 0, and the task is fitted alone, by
    maximum likelihood with the shortest weights that have it, the others as without it. With ``l1`` or ``l21`` an alpha
    of 0, for all tasks, leaves these norms.

    The common vector given V is w0 = sharing / (1 - sharing + sharing T) * V q, for T tasks with a sign.

    Learned signs are those of the leading eigenvector of the cosines between the columns of V in the separate fits
    (of all classes together); of two tasks, the sign of their cosine. Negating a target turns its sign and changes
    nothing else. Where the evidence is balanced any sign would break this law: q_t is 0 there and K_tt stays 1, so the
    task shares nothing. That is where its entry is up to 1e-3 or, for all tasks, the two largest eigenvalues differ by
    no more (cosines of two tasks up to 5e-4). There is no other threshold: ``sharing`` says how much.

    How often a pair of four related tasks has the wrong sign (20 features, R2 0.3, alpha 30; standard errors up to 1.4
    points), by the true correlation of their weights:

    ======  =====  =====  =====
      rows    0.2    0.5    0.9
    ======  =====  =====  =====
        20   39 %   22 %    7 %
        40   35 %   11 %  0.6 %
       100   27 %    3 %    0 %
       300   18 %  0.7 %    0 %
    ======  =====  =====  =====

    Noise that labels of a row have in common passes for a relation. Where it correlates by 0.7, with signs of its own,
    40 % are wrong in place of 11 at 40 rows, 14 % in place of 3 at 100. ``python -m tests.benchmarks.signs`` prints it.

    References
    ----------
    T. Evgeniou and M. Pontil (2004). Regularized multi-task learning. KDD, 109-117.

    Examples
    --------
    >>> import numpy as np
    >>> from skmtl import MultiTaskGLM
    >>> from skmtl.penalties import MeanRegularized
    >>> X = np.array([[0.0], [1.0], [2.0], [3.0]])
    >>> y = {"dose": [0.0, 1.1, 1.9, 3.2], "survival": [9.0, np.nan, 7.2, 5.9]}
    >>> model = MultiTaskGLM(MeanRegularized(alpha=0.1, sharing=0.5)).fit(X, y)
    >>> model.coef_.round(2)
    array([[ 1.02],
           [-1.  ]])
    """

    _strengths = ("alpha", "l1", "l21")
    _rules = {
        "alpha": Either(NOT_NEGATIVE, PerTask(NOT_NEGATIVE)),
        "sharing": Number(0.0, 1.0),
        "signs": OneOf("learned", "same"),
        "pool_intercept": Boolean(),
        "l1": NOT_NEGATIVE,
        "l21": NOT_NEGATIVE,
    }

    def __init__(
        self,
        alpha: float | Mapping[Hashable, float] = 1.0,
        sharing: float = 0.25,
        *,
        signs: str = "learned",
        pool_intercept: bool = False,
        l1: float = 0.0,
        l21: float = 0.0,
    ) -> None:
        self.alpha = alpha
        self.sharing = sharing
        self.signs = signs
        self.pool_intercept = pool_intercept
        self.l1 = l1
        self.l21 = l21

    @property
    def basis(self) -> str:
        """In which coordinates of the features it can be reckoned, where few samples need few of them."""
        return ANY if self.l1 == self.l21 == 0 else FEATURES

    @property
    def compares_intercepts(self) -> bool:
        """Whether intercepts are penalised, so that all tasks need inputs with the same centre."""
        return self.pool_intercept and self.sharing > 0 and self.alpha != 0

    def unpenalized(self, columns: Columns) -> frozenset[Hashable]:
        """Return the tasks of strength 0; with l1 or l21, an alpha of 0 for all leaves these."""
        alpha, u = strengths(self.alpha, columns)
        if alpha == 0:
            return frozenset(columns.tasks if self.basis == ANY else ())
        return frozenset(task for task, factor in zip(columns.tasks, u) if factor == 0)

    def unbound(self, columns: Columns) -> Quadratic | None:
        """Return the penalty of the separate fits that ``bind`` wants to see, or None if it wants none."""
        if (
            self.signs == "same"
            or self.sharing == 0
            or self.alpha == 0
            or all(len(tie) == 1 for tie in columns.ties())
        ):
            return None
        alpha, u = strengths(self.alpha, columns)
        return StarQuadratic(1.0 / (alpha * u**2), np.zeros(len(columns)))

    def check_columns(self, columns: Columns) -> None:
        """Raise ValueError where the parameters do not fit the tasks, before anything is fitted."""
        if self.unpenalized(columns) and self.sharing == 1:
            raise ValueError(
                "sharing must be below 1 where alpha is 0 (C is infinite), since tasks without a penalty share "
                f"nothing, got sharing={self.sharing} with alpha={self.alpha!r}: take a small alpha"
            )
        if self.sharing == 1 and self.basis == FEATURES:
            raise ValueError(
                f"sharing must be below 1 where l1 or l21 is above 0, got {self.sharing} "
                f"with l1={self.l1} and l21={self.l21}"
            )

    def bind(self, columns: Columns, separate: np.ndarray | None) -> Quadratic | Composite:
        """Return the penalty as a function of the coefficients of these columns."""
        self.check_columns(columns)
        alpha, u = strengths(self.alpha, columns)
        q = np.ones(len(columns)) if separate is None else learned_signs(columns, separate * u)
        sharing = self.sharing if alpha > 0 else 0.0  # a prior without a strength ties nothing
        tied = Tied(sharing, sharing_ties(columns, q), q, u)
        pooled = tied.pooled(alpha) if self.pool_intercept and sharing > 0 else ()
        if self.basis == FEATURES:
            term = rows_and_entries(self.l21, self.l1, columns)
            precision = alpha * np.linalg.inv(tied.correlation()) if alpha > 0 else None
            return Composite(u, (term,), precision=precision, shared=tied.parts, pooled=pooled)
        if sum(len(tie) > 1 for tie in tied.ties) > 1 and sharing > 0:
            covariance = tied.correlation() / (alpha * np.outer(u, u))
            return DenseQuadratic(covariance, tied.parts, pooled)
        specific, common = tied.star()
        scale = np.sqrt(alpha) * u
        return StarQuadratic(specific / scale**2, common / scale, tied.parts, pooled)


class Tied(NamedTuple):
    """How much columns share that are tied, their signs q, and u by which they are multiplied before."""

    sharing: float
    ties: list[np.ndarray]
    q: np.ndarray
    u: np.ndarray

    @property
    def parts(self) -> tuple[SharedPart, ...]:
        """What columns share: a multiple of the sum over their tie."""
        made = []
        for tie in self.ties:
            shrunk = self.sharing / (1.0 - self.sharing + self.sharing * len(tie))
            q, u = self.q[tie], self.u[tie]
            made.append(SharedPart(tie, u * q, shrunk * q / u))
        return tuple(made)

    def pooled(self, alpha: float) -> tuple[PooledIntercepts, ...]:
        """Return the penalties on intercepts, which share as coefficients do."""
        odds = np.inf if self.sharing == 1 else self.sharing / (1.0 - self.sharing)
        return tuple(PooledIntercepts(t, self.q[t] / self.u[t], alpha * odds) for t in self.ties)

    def correlation(self) -> np.ndarray:
        """Return the prior correlation between all columns."""
        K = np.eye(len(self.q))
        for tie in self.ties:
            common = np.outer(self.q[tie], self.q[tie])
            K[np.ix_(tie, tie)] = (1.0 - self.sharing) * np.eye(len(tie)) + self.sharing * common
        return K

    def star(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the same as numbers by column, specific and common, where one tie at most has several columns."""
        specific, common = np.ones(len(self.q)), np.zeros(len(self.q))
        for tie in self.ties:
            if len(tie) > 1:
                specific[tie] = 1.0 - self.sharing
                common[tie] = np.sqrt(self.sharing) * self.q[tie]
        return specific, common


def learned_signs(columns: Columns, V: np.ndarray) -> np.ndarray:
    """Return the signs of the columns, one for all columns of a task: by the similarities in each family."""
    q = np.ones(len(columns))
    for family in dict.fromkeys(columns.families):
        inside = [position for position, other in enumerate(columns.families) if other == family]
        task = positions([columns.tasks[position] for position in inside])
        label = positions([columns.labels[position] for position in inside])
        vectors = np.zeros((max(task) + 1, max(label) + 1, len(V)))
        vectors[task, label] = V[:, inside].T
        q[inside] = leading_signs(directions(vectors.reshape(len(vectors), -1)))[task]
    return q


def sharing_ties(columns: Columns, q: np.ndarray) -> list[np.ndarray]:
    """Return the groups of columns that are tied: without those whose sign is not known."""
    with_sign = [tie[q[tie] != 0.0] for tie in columns.ties()]
    return [tie for tie in with_sign if len(tie)]


def directions(vectors: np.ndarray) -> np.ndarray:
    """Return rows of length one, of rows of any size; zero where they are zeros, or rounding beside others."""
    size = np.abs(vectors).max(axis=1, keepdims=True, initial=0.0)
    vectors = np.where(size > NOTHING * size.max(initial=0.0), vectors / binary_unit(size), 0.0)
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.divide(vectors, norms, out=np.zeros_like(vectors), where=norms > 0)


def leading_signs(unit: np.ndarray) -> np.ndarray:
    """Return the signs of the leading eigenvector of the cosines between rows of length one.

    They are 0 where it says nothing of a row, or is not the only one.
    """
    n_rows, size = unit.shape
    values, vectors = np.linalg.eigh(unit @ unit.T if n_rows <= size else unit.T @ unit)
    second = values[-2] if len(values) > 1 else 0.0
    if n_rows > 1 and values[-1] - second <= NO_EVIDENCE:
        return np.zeros(n_rows)
    leading = vectors[:, -1] if n_rows <= size else unit @ vectors[:, -1] / np.sqrt(values[-1])
    return np.where(np.abs(leading) <= NO_EVIDENCE, 0.0, np.sign(leading))


def positions(names: list[Hashable]) -> list[int]:
    """Return the position of each name among the different ones."""
    order = {name: position for position, name in enumerate(dict.fromkeys(names))}
    return [order[name] for name in names]
