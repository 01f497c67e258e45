"""How the data of a fit are laid out: blocks of samples, their losses, and the geometry of the coefficients."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from ..heads import JointLoss, TaskFit
from ..penalties import ANY, FEATURES
from ._design import Design
from ._geometry import Block, Dual, Geometry, Primal, Reduced
from ._squares import GrownGram

LARGEST_KERNEL = 6000
FEW_SAMPLES = 4  # in a block with its own Gram matrix, times the features, on average
FLAT = 1e-12  # losses of the best constant prediction, relative to the largest, that count as none
LARGE = 4_000_000  # numbers in X, above which a pass over it is a pass over memory
PIECE = 50_000  # numbers in a piece of X


class Piece(NamedTuple):
    """Samples of some tasks: all that have labels, or few enough to stay in the cache from X @ W to G' @ X."""

    design: Design
    loss: JointLoss
    columns: slice | np.ndarray


@dataclass(frozen=True, eq=False)
class Data:
    """The data of a fit. Columns are those of the tasks to be fitted, from left to right.

    n_rows is the weight of the samples in the Gram matrix of the geometry, row_weight that of each where
    they differ. is_common says that the Hessian of the
    loss is this Gram matrix in every column, times a number.
    """

    design: Design
    wholes: tuple[Piece, ...]
    pieces: tuple[Piece, ...]
    geometry: Geometry
    n_columns: int
    n_rows: float
    row_weight: np.ndarray | None
    fit_intercept: bool
    is_common: bool

    @classmethod
    def of(
        cls,
        X: Any,
        fits: Sequence[TaskFit],
        fit_intercept: bool,
        row_weight: np.ndarray | None,
        one_centre: bool,
        basis: str,
        rounding: float,
    ) -> "Data":
        """Lay out the data.

        row_weight are sample weights that all tasks have in common; one_centre says that all samples must be centred
        alike, since the intercepts are compared, and not those of each block on their own. basis is that of a penalty.
        rounding is that of the numbers in X, relative to them.
        """
        weight = label_weights(fits, X.shape[0])
        design = Design.centred(X, weight, rounding) if fit_intercept else Design.plain(X)
        parts = split(fits, X.shape[0])
        wholes = []
        for rows, members, columns in parts:
            own = design if rows is None else design.rows(rows)
            if len(parts) > 1 and not one_centre and fit_intercept:
                own = Design.centred(own.X, weight[rows], rounding)
            wholes.append(Piece(own, JointLoss.of(members, own.shape[0]), columns))
        if row_weight is not None and parts[0][0] is not None:
            row_weight = None if len(parts) > 1 else row_weight[parts[0][0]]
        n_columns = sum(len(fit.head.active) for fit in fits)
        n_rows = float(
            sum(w.design.shape[0] for w in wholes) if row_weight is None else row_weight.sum()
        )
        is_common = len(wholes) == 1 and has_common_weights(fits, row_weight)
        if len(wholes) == 1 and basis != FEATURES and prefers_samples(wholes[0].design):
            is_direct = is_common and basis == ANY
            geometry, pieces = on_samples(wholes[0], n_columns, row_weight, is_direct)
        else:
            pieces = tuple(piece for whole in wholes for piece in pieces_of(whole))
            geometry = primal(pieces, wholes, n_columns, row_weight)
        return cls(
            design,
            tuple(wholes),
            pieces,
            geometry,
            n_columns,
            n_rows,
            row_weight,
            fit_intercept,
            is_common,
        )

    def features(self, rows: np.ndarray) -> "Data":
        """Return the data with some of the features alone; coefficients live on features."""
        wholes = tuple(w._replace(design=w.design.features(rows)) for w in self.wholes)
        pieces = tuple(p._replace(design=p.design.features(rows)) for p in self.pieces)
        return replace(
            self,
            design=self.design.features(rows),
            wholes=wholes,
            pieces=pieces,
            geometry=primal(pieces, wholes, self.n_columns, None),
        )

    @cached_property
    def grown(self) -> GrownGram:
        """The Gram matrix of those features that were asked for, if coefficients live on features."""
        return GrownGram(self.design, self.row_weight)

    @property
    def is_exact(self) -> bool:
        """Whether there is a direct solution for a quadratic penalty."""
        return self.is_common and self.geometry.gram is not None

    def coefficients(self, V: np.ndarray) -> np.ndarray:
        """Return the weights of the features, given those of the coordinates."""
        W = self.geometry.coefficients(V)
        W[self.design.constant] = 0.0  # as they are but for rounding
        return W

    def at_centre(self, W: np.ndarray) -> np.ndarray:
        """Return what W adds to the intercepts of inputs that are not centred."""
        added = np.zeros(self.n_columns)
        for whole in self.wholes:
            added[whole.columns] = whole.design.centre @ W[:, whole.columns]
        return added

    @cached_property
    def has_a_block_a_column(self) -> bool:
        """Whether each column has samples of its own, few enough for a Gram matrix of them."""
        n_samples = [whole.design.shape[0] for whole in self.wholes]
        if len(n_samples) < max(2, self.n_columns) or self.design.is_sparse:
            return False
        return sum(n**2 for n in n_samples) <= FEW_SAMPLES * sum(n_samples) * self.design.shape[1]

    @cached_property
    def null_raw(self) -> np.ndarray:
        """The best constant raw prediction: zero without intercepts."""
        null = np.zeros(self.n_columns)
        if self.fit_intercept:
            for _, loss, columns in self.wholes:
                null[columns] = loss.null_raw()
        return null

    @cached_property
    def null_curvature(self) -> np.ndarray:
        """The total Hessian at the best constant prediction."""
        total = np.zeros((self.n_columns, self.n_columns))
        for _, loss, columns in self.wholes:
            inside = np.arange(self.n_columns)[columns]
            total[np.ix_(inside, inside)] += loss.constant_hessian(self.null_raw[columns])
        return total

    @cached_property
    def null_parts(self) -> list[np.ndarray]:
        """The best constant raw prediction, for every sample, by piece."""
        return self.constant(self.null_raw)

    @cached_property
    def null_values(self) -> np.ndarray:
        """The loss of each column at the best constant prediction; that of several classes is spread over them."""
        values = np.zeros(self.n_columns)
        for piece, raw in zip(self.pieces, self.null_parts, strict=True):
            values[piece.columns] += piece.loss.values(raw)
        return values

    @property
    def scale(self) -> float:
        """What tolerances are relative to: the loss of the best constant, if all columns had the least of it.

        It keeps tasks with small losses (or weights) from being left unfinished beside tasks with large ones.
        """
        losses = self.null_values
        least = losses.min(initial=np.inf, where=losses > FLAT * losses.max())
        return float(least) * len(losses) if np.isfinite(least) else 1.0

    @property
    def is_quadratic(self) -> bool:
        """Whether the Hessian of the loss is the same everywhere."""
        return all(whole.loss.is_quadratic for whole in self.wholes)

    @cached_property
    def has_bends(self) -> np.ndarray:
        """Which columns have a loss whose Hessian varies."""
        bends = np.zeros(self.n_columns, dtype=bool)
        for whole in self.wholes:
            inside = np.arange(self.n_columns)[whole.columns]
            for term in whole.loss.terms:
                bends[inside[term.columns]] = not term.loss.quadratic
        return bends

    @cached_property
    def null_gradient(self) -> tuple[np.ndarray, np.ndarray]:
        """The gradients in W and in the intercepts at the best constant prediction."""
        return self.take_back(self.null_parts)

    def take_back(self, raw: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Return the gradients of the loss in W and in the intercepts."""
        G = self.loss_gradient(raw)
        return self.geometry.backward(G), self.column_sums(G)

    def loss_gradient(self, raw: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Return the gradient of the loss in raw, by piece."""
        return [piece.loss.gradient(part) for piece, part in zip(self.pieces, raw, strict=True)]

    def column_sums(self, G: Sequence[np.ndarray]) -> np.ndarray:
        """Return the sums over samples of something like raw."""
        sums = np.zeros(self.n_columns)
        for piece, part in zip(self.pieces, G, strict=True):
            sums[piece.columns] += np.ones(len(part)) @ part
        return sums

    def constant(self, values: np.ndarray) -> list[np.ndarray]:
        """Return constant raw predictions."""
        return [np.tile(values[piece.columns], (piece.loss.n_samples, 1)) for piece in self.pieces]

    def constant_zero(self) -> list[np.ndarray]:
        """Return raw predictions of zero."""
        return self.constant(np.zeros(self.n_columns))

    def total_hessian(self, raw: Sequence[np.ndarray]) -> np.ndarray:
        """Return the sum over samples of the Hessian in raw, of shape (n_columns, n_columns)."""
        return self.total_hessian_from(self.loss_gradient(raw))

    def total_hessian_from(self, G: Sequence[np.ndarray]) -> np.ndarray:
        """Return total_hessian where G is the gradient in raw, by piece."""
        total = np.zeros((self.n_columns, self.n_columns))
        for piece, part in zip(self.pieces, G, strict=True):
            inside = np.arange(self.n_columns)[piece.columns]
            total[np.ix_(inside, inside)] += piece.loss.total_hessian_from(part)
        return total


def has_common_weights(fits: Sequence[TaskFit], row_weight: np.ndarray | None) -> bool:
    """Whether all losses are squared, and all tasks have all labels, weighted by row_weight times a number."""
    for fit in fits:
        if not fit.head.loss.quadratic or fit.rows is not None:
            return False
        if row_weight is None and fit.weight.shape != (1, 1):
            return False
        if row_weight is not None:
            ratio = fit.weight[:, 0] / row_weight
            if np.ptp(ratio) > 1e-12 * ratio[0]:
                return False
    return True


def prefers_samples(design: Design) -> bool:
    """Whether coefficients live on samples: where these are fewer than the features, and not too many."""
    n_samples, n_features = design.shape
    return n_samples < n_features and n_samples <= LARGEST_KERNEL


def on_samples(
    whole: Piece, n_columns: int, row_weight: np.ndarray | None, is_direct: bool
) -> tuple[Geometry, tuple[Piece, ...]]:
    """Let coefficients live on samples, or on as many combinations of features."""
    if is_direct and row_weight is None:
        return Dual(whole.design), (whole,)
    L, samples, triangle = Reduced.factor(whole.design)
    small = whole._replace(design=Design.plain(L))
    pieces = tuple(pieces_of(small))
    return Reduced(
        primal(pieces, [small], n_columns, row_weight), whole.design, samples, triangle
    ), pieces


def primal(
    pieces: Sequence[Piece], wholes: Sequence[Piece], n_columns: int, row_weight: np.ndarray | None
) -> Primal:
    """Let coefficients live on features."""
    blocks = tuple(Block(piece.design, piece.columns) for piece in pieces)
    return Primal(blocks, tuple(whole.design for whole in wholes), n_columns, row_weight)


def pieces_of(whole: Piece) -> list[Piece]:
    """Cut a large dense part into pieces that fit the cache, where losses pick no labels."""
    n_samples, n_features = whole.design.shape
    picks = any(term.index is not None for term in whole.loss.terms)
    if picks or whole.design.is_sparse or n_samples * n_features < LARGE:
        return [whole]
    step = max(256, PIECE // n_features)
    slices = [slice(start, start + step) for start in range(0, n_samples, step)]
    return [Piece(whole.design.rows(rows), whole.loss.rows(rows), whole.columns) for rows in slices]


def label_weights(fits: Sequence[TaskFit], n_samples: int) -> np.ndarray:
    """Return the sum over tasks of the weights of each sample's labels."""
    total = np.zeros(n_samples)
    for fit in fits:
        weight = np.broadcast_to(fit.weight, (len(fit.y), 1))[:, 0]
        if fit.rows is None:
            total += weight
        else:
            total[fit.rows] += weight
    return total


def split(
    fits: Sequence[TaskFit], n_samples: int
) -> list[tuple[np.ndarray | None, list[TaskFit], Any]]:
    """Split the tasks into blocks (rows, tasks, columns) of those labelled on the same samples.

    That is done where it copies no sample twice. Else all samples are one block, rows being None, and the losses
    pick their labels.
    """
    stops = np.cumsum([len(fit.head.active) for fit in fits])
    starts = stops - [len(fit.head.active) for fit in fits]
    groups: dict[bytes, list[int]] = {}
    for position, fit in enumerate(fits):
        groups.setdefault(b"" if fit.rows is None else fit.rows.tobytes(), []).append(position)
    n_copied = sum(len(fits[group[0]].y) for group in groups.values())
    if b"" in groups or n_copied > n_samples:
        return [(None, list(fits), slice(0, int(stops[-1])))]
    parts = []
    for group in groups.values():
        rows = fits[group[0]].rows
        columns = np.concatenate([np.arange(starts[t], stops[t]) for t in group])
        parts.append((rows, [fits[t]._replace(rows=None) for t in group], columns))
    return parts
