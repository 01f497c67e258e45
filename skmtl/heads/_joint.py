"""JointLoss: the losses of all tasks as one function of all raw columns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np

from ..losses import Loss
from ._fits import TaskFit
from ._total_hessian import TotalHessian

MOST = 0.15  # above this share of labels, passing over all samples is faster than picking the labelled ones


class TaskLabels(NamedTuple):
    """Where the labels of one task are in a term: its columns of raw, its samples, and its rows and columns of y."""

    columns: np.ndarray
    samples: np.ndarray
    rows: np.ndarray
    y_columns: np.ndarray


class NewtonRows(NamedTuple):
    """Columns and samples of a task's labels, with B'B the Hessian of each label and B'r the gradient."""

    columns: np.ndarray
    samples: np.ndarray
    B: np.ndarray
    r: np.ndarray


@dataclass(frozen=True)
class LossTerm:
    """One loss over some neighbouring columns of raw.

    index is None where every sample counts, those without a label by a weight of zero; else the flat positions in
    raw of the labels, of shape (n_labels, width).
    """

    loss: Loss
    columns: slice
    index: np.ndarray | None
    y: np.ndarray
    weight: np.ndarray

    def take(self, raw: np.ndarray) -> np.ndarray:
        """Return the raw predictions of the labels."""
        return raw[:, self.columns] if self.index is None else raw.take(self.index)

    def take_constant(self, raw: np.ndarray) -> np.ndarray:
        """Return the same for a raw prediction that all samples have, of shape (n_columns,)."""
        return raw[None, self.columns] if self.index is None else raw.take(self.index % len(raw))

    def put(self, G: np.ndarray, values: np.ndarray) -> None:
        """Write what belongs to the labels to G, which is zero elsewhere."""
        if self.index is None:
            G[:, self.columns] = values
        else:
            G.put(self.index, values)

    def tasks(self, n_columns: int) -> Iterator[TaskLabels]:
        """Yield the labels of each task."""
        every = np.arange(len(self.y))
        columns, y_columns = np.arange(n_columns)[self.columns], np.arange(self.y.shape[1])
        samples = every if self.index is None else self.index[:, 0] // n_columns
        if not self.loss.width_one:
            yield TaskLabels(columns, samples, every, y_columns)
        elif self.index is None:
            for k, column in enumerate(columns):
                yield TaskLabels(np.array([column]), samples, every, y_columns[k : k + 1])
        else:
            for column in columns:
                rows = np.flatnonzero(self.index[:, 0] % n_columns == column)
                yield TaskLabels(np.array([column]), samples[rows], rows, y_columns)

    def column_sums(self, values: np.ndarray, n_columns: int) -> np.ndarray:
        """Sum what belongs to the labels by column of raw."""
        sums = np.zeros(n_columns)
        if self.index is None and values.strides[0] == 0:
            sums[self.columns] = len(values) * values[0]
        elif self.index is None:
            sums[self.columns] = np.ones(len(values)) @ values
        else:
            sums += np.bincount(self.index.ravel() % n_columns, values.ravel(), minlength=n_columns)
        return sums


@dataclass(frozen=True)
class JointLoss:
    """Sum over tasks of the losses of their labels; raw has shape (n_samples, n_columns).

    Beside filling arrays of the shape of raw, it costs the labels observed.
    """

    terms: tuple[LossTerm, ...]
    n_samples: int
    n_columns: int

    @classmethod
    def of(cls, fits: Sequence[TaskFit], n_samples: int) -> "JointLoss":
        """Join tasks, whose columns stand from left to right in their order."""
        widths = [len(fit.head.active) for fit in fits]
        stops = np.cumsum(widths)
        starts = stops - widths
        n_columns = int(stops[-1])
        terms = []
        placed = zip(fits, starts, stops, strict=True)
        for _, group in groupby(placed, key=_what_joins):
            terms.append(_term(list(group), n_samples, n_columns))
        return cls(tuple(terms), n_samples, n_columns)

    @classmethod
    def stacked(cls, loss: Loss, y: np.ndarray, weight: np.ndarray) -> "JointLoss":
        """Return an elementwise loss of columns with different samples, given by column."""
        if np.all(weight == weight[:, :1]):
            weight = weight[:, :1]
        term = LossTerm(loss, slice(0, len(y)), None, y.T, weight.T)
        return cls((term,), y.shape[1], len(y))

    def columns(self, columns: slice) -> "JointLoss":
        """Return a stacked loss of some of the columns."""
        (term,) = self.terms
        y, weight = term.y[:, columns], term.weight[:, columns]
        inside = slice(0, y.shape[1])
        return JointLoss((LossTerm(term.loss, inside, None, y, weight),), len(y), y.shape[1])

    def rows(self, rows: slice) -> "JointLoss":
        """Return the loss of some of the samples; every term must be over all samples."""
        terms = []
        for term in self.terms:
            weight = term.weight if len(term.weight) == 1 else term.weight[rows]
            terms.append(LossTerm(term.loss, term.columns, None, term.y[rows], weight))
        return JointLoss(tuple(terms), len(terms[0].y), self.n_columns)

    def astype(self, precision: Any) -> "JointLoss":
        """Return the loss of the labels in another precision."""
        cast = [
            replace(term, y=term.y.astype(precision), weight=term.weight.astype(precision))
            for term in self.terms
        ]
        return replace(self, terms=tuple(cast))

    @property
    def n_labels(self) -> np.ndarray:
        """Number of labels of each column that count."""
        counts = np.zeros(self.n_columns)
        for term in self.terms:
            if term.index is None and len(term.weight) == 1:
                counts[term.columns] = self.n_samples
            else:
                weight = np.broadcast_to(term.weight > 0, term.y.shape)
                counts += term.column_sums(weight.astype(float), self.n_columns)
        return counts

    @property
    def least_shares(self) -> np.ndarray:
        """The least weight of a label of each column, relative to their mean."""
        shares = np.ones(self.n_columns)
        for term in self.terms:
            if len(term.weight) == 1:
                continue
            weight = np.broadcast_to(term.weight, term.y.shape)
            if term.index is None:
                counts = np.count_nonzero(weight, axis=0)
                least = weight.min(axis=0, where=weight > 0, initial=np.inf)
                shares[term.columns] = least * counts / weight.sum(axis=0)
            else:
                for task in term.tasks(self.n_columns):
                    counted = weight[np.ix_(task.rows, task.y_columns)]
                    counted = counted[counted > 0]
                    shares[task.columns] = counted.min() / counted.mean()
        return shares

    @property
    def is_quadratic(self) -> bool:
        """Whether the Hessian is the same everywhere."""
        return all(term.loss.quadratic for term in self.terms)

    def value(self, raw: np.ndarray) -> float:
        """Return the loss."""
        return sum(term.loss.value(term.y, term.take(raw), term.weight) for term in self.terms)

    def constant_values(self, raw: np.ndarray) -> np.ndarray:
        """Return the losses by column of a raw prediction that all samples have, of shape (n_columns,).

        Those of several classes are spread evenly over their columns.
        """
        values = np.zeros(self.n_columns)
        for term in self.terms:
            losses = term.loss.values(term.y, term.take_constant(raw), term.weight)
            if losses.shape != term.y.shape:
                losses = np.broadcast_to(losses / term.y.shape[1], term.y.shape)
            values += term.column_sums(losses, self.n_columns)
        return values

    def gradient(self, raw: np.ndarray) -> np.ndarray:
        """Return the gradient in raw."""
        if len(self.terms) == 1 and self.terms[0].index is None:
            (term,) = self.terms
            return term.loss.gradient(term.y, raw, term.weight)
        G = np.zeros(raw.shape, raw.dtype)
        for term in self.terms:
            term.put(G, term.loss.gradient(term.y, term.take(raw), term.weight))
        return G

    def hessian_product(self, raw: np.ndarray, D: np.ndarray) -> np.ndarray:
        """Return the Hessian in raw times D."""
        if len(self.terms) == 1 and self.terms[0].index is None:
            (term,) = self.terms
            return term.loss.hessian_product(term.y, raw, term.weight, D)
        H = np.zeros(raw.shape, raw.dtype)
        for term in self.terms:
            term.put(
                H, term.loss.hessian_product(term.y, term.take(raw), term.weight, term.take(D))
            )
        return H

    def curvatures(self, raw: np.ndarray) -> np.ndarray:
        """Return the second derivative of the loss in each raw prediction, those between columns left out."""
        if len(self.terms) == 1 and self.terms[0].index is None:
            (term,) = self.terms
            return term.loss.curvatures(term.y, raw, term.weight)
        H = np.zeros(raw.shape, raw.dtype)
        for term in self.terms:
            term.put(H, term.loss.curvatures(term.y, term.take(raw), term.weight))
        return H

    def weighted_sums(self, Z: np.ndarray) -> np.ndarray:
        """Return Z'S, where S are the weights of the labels, and Z has a row for each sample."""
        sums = np.zeros((Z.shape[1], self.n_columns))
        for term in self.terms:
            weight = np.broadcast_to(term.weight, (len(term.weight), term.y.shape[1]))
            if term.index is None:
                rows = Z if len(weight) > 1 else Z.sum(axis=0, keepdims=True)
                sums[:, term.columns] = rows.T @ weight
            else:
                samples, columns = np.divmod(term.index, self.n_columns)
                for row, z in zip(sums, Z.T, strict=True):
                    row += np.bincount(
                        columns.ravel(), (z[samples] * weight).ravel(), self.n_columns
                    )
        return sums

    def newton_rows(self, raw: np.ndarray) -> Iterator[NewtonRows]:
        """Yield each task's part of the least-squares problem that Newton's step solves."""
        for term in self.terms:
            predictions, weight = term.take(raw), np.broadcast_to(term.weight, term.y.shape)
            for task in term.tasks(self.n_columns):
                at = np.ix_(task.rows, task.y_columns)
                counts = weight[at][:, 0] > 0
                y, z, s = (array[at][counts] for array in (term.y, predictions, weight))
                B, r = term.loss.newton_rows(y, z, s[:, :1])
                yield NewtonRows(task.columns, task.samples[counts], B, r)

    def hessians(self, raw: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield the columns of each task and the Hessian in them, of shape (n_samples, width, width)."""
        for term in self.terms:
            predictions = term.take(raw)
            columns = np.arange(self.n_columns)[term.columns]
            units = np.ones((1, 1)) if term.loss.width_one else np.eye(predictions.shape[1])
            full = np.zeros((len(units), *raw.shape))
            for k, unit in enumerate(units):
                product = term.loss.hessian_product(term.y, predictions, term.weight, unit)
                term.put(full[k], np.broadcast_to(product, predictions.shape))
            if term.loss.width_one:
                yield from (
                    (columns[k : k + 1], full[0][:, c, None, None]) for k, c in enumerate(columns)
                )
            else:
                yield columns, full[:, :, columns].transpose(1, 0, 2)

    def conjugate(self, U: np.ndarray) -> float:
        """Return the conjugate of the loss; U is zero where there is no label."""
        return sum(term.loss.conjugate(term.y, term.take(U), term.weight) for term in self.terms)

    def null_raw(self) -> np.ndarray:
        """Return the best constant raw prediction, of shape (n_columns,)."""
        raw = np.zeros(self.n_columns)
        for term in self.terms:
            if term.index is None and len(term.weight) == 1:
                sums = term.column_sums(term.y, self.n_columns)
                sums[term.columns] *= term.weight[0]
            else:
                sums = term.column_sums(term.weight * term.y, self.n_columns)
            raw[term.columns] = term.loss.link(
                sums[term.columns] / self._weights(term)[term.columns]
            )
        return raw

    def total_hessian(self, U: np.ndarray) -> "TotalHessian":
        """Return the sum over samples of the Hessian in raw, where the gradient is U."""
        total = TotalHessian.zero(self.n_columns)
        for term in self.terms:
            gradient = term.take(U)
            if term.loss.width_one:
                product = term.loss.hessian_from(term.y, gradient, term.weight, np.ones((1, 1)))
                sums = term.column_sums(np.broadcast_to(product, gradient.shape), self.n_columns)
                total.diagonal[term.columns] = sums[term.columns]
            else:
                square = term.loss.total_hessian_from(term.y, gradient, term.weight)
                total.groups.append((np.arange(self.n_columns)[term.columns], square))
        return total

    def constant_hessian(self, raw: np.ndarray) -> "TotalHessian":
        """Return total_hessian at a raw prediction that is the same for all samples, of shape (n_columns,)."""
        total = TotalHessian.zero(self.n_columns)
        for term in self.terms:
            weight = self._weights(term)[None, term.columns]
            at, y = raw[None, term.columns], term.y[:1]
            if term.loss.width_one:
                H = term.loss.hessian_product(0.0 * at, at, weight, np.ones((1, 1)))
                total.diagonal[term.columns] = H[0]
            else:
                U = term.loss.gradient(y, at, weight[:, :1])
                square = term.loss.total_hessian_from(y, U, weight[:, :1])
                total.groups.append((np.arange(self.n_columns)[term.columns], square))
        return total

    def _weights(self, term: LossTerm) -> np.ndarray:
        """Return the total weight of the labels of each column."""
        return term.column_sums(np.broadcast_to(term.weight, term.y.shape), self.n_columns)


def _what_joins(placed: tuple[TaskFit, int, int]) -> Any:
    """Tasks of one elementwise loss are one term."""
    fit, start, _ = placed
    return fit.head.loss if fit.head.loss.width_one else (fit.head.loss, start)


def _term(placed: list[tuple[TaskFit, int, int]], n_samples: int, n_columns: int) -> LossTerm:
    fits = [fit for fit, _, _ in placed]
    columns = slice(int(placed[0][1]), int(placed[-1][2]))
    loss = fits[0].head.loss
    n_labels = sum(n_samples if fit.rows is None else len(fit.rows) for fit in fits)
    if n_labels == n_samples * len(fits):
        return _full(fits, loss, columns, n_samples)
    if loss.width_one and np.isfinite(loss.curvature) and n_labels > MOST * n_samples * len(fits):
        return LossTerm(loss, columns, None, *_spread(fits, n_samples))
    rows = [np.arange(n_samples) if fit.rows is None else fit.rows for fit in fits]
    index = [
        labelled[:, None] * n_columns + np.arange(p[1], p[2])
        for labelled, p in zip(rows, placed, strict=True)
    ]
    weight = np.vstack([np.broadcast_to(fit.weight, (len(fit.y), 1)) for fit in fits])
    return LossTerm(loss, columns, np.vstack(index), np.vstack([fit.y for fit in fits]), weight)


def _full(fits: list[TaskFit], loss: Loss, columns: slice, n_samples: int) -> LossTerm:
    """Join tasks in which every sample counts."""
    alike = all(fit.weight.shape == (1, 1) for fit in fits)
    weight = np.hstack(
        [np.broadcast_to(fit.weight, (1 if alike else n_samples, 1)) for fit in fits]
    )
    if alike and (weight == 1.0).all():
        weight = weight[:, :1]  # which is faster to tell
    return LossTerm(loss, columns, None, np.hstack([fit.y for fit in fits]), weight)


def _spread(fits: list[TaskFit], n_samples: int) -> tuple[np.ndarray, np.ndarray]:
    """Return targets and weights of tasks of one column each, where samples without a label have a weight of zero."""
    y, weight = np.zeros((n_samples, len(fits))), np.zeros((n_samples, len(fits)))
    for fit, y_of_task, weight_of_task in zip(fits, y.T, weight.T, strict=True):
        rows = slice(None) if fit.rows is None else fit.rows
        y_of_task[rows] = fit.y[:, 0]
        weight_of_task[rows] = fit.weight[:, 0]
    return y, weight
