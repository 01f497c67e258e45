"""Errors of ridge regressions that share, each row predicted by the model fitted without it.

All labels of a row are left out together: its other labels would tell of the noise that they have in common. With
the labels of a row side by side, weighted, H the hat matrix of all of them, H_i its block of row i:

    errors without row i = (I - H_i)^-1 errors with it.

Nothing is refitted, and only the tasks that are observed in row i meet in H_i.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy import linalg

from ..heads import TaskFit
from ._left_out import Prior, RidgeInputs
from ._left_out_densely import DenseLabels
from .problems import Design, Prepared, eigen, label_weight

LARGEST_BLOCK = 4_000_000  # numbers in an array of a block of rows
LARGEST_KEPT = (
    12_500_000  # numbers in the rotated inputs of all labels that are kept from prior to prior
)
ROWS = 4096
TRUSTED = 1e-6  # what leverages leave of 1 that rounding has not spoilt
LARGEST_DENSE = 1500  # labels whose covariance is inverted where leverages are spoilt
LOST = 1e-9  # eigenvalue of a Gram matrix, relative to the largest, of which rounding leaves few digits
MOST_WORK = 2e9  # multiplications that singular values may cost, which keep them
SAME_KAPPA = 13  # digits to which eigenvalues of the prior covariance are compared


@dataclass(frozen=True, eq=False)
class Sample:
    """Labels that share their rows and weights: Z' Z = diag(values), Z the weighted and centred inputs in a basis.

    gap is 1 minus the leverage that the intercept has on each label; shift is where the centre of these inputs lies
    from that of all.
    """

    rows: np.ndarray | slice
    root: np.ndarray
    shift: np.ndarray
    gap: np.ndarray
    basis: np.ndarray
    values: np.ndarray

    @classmethod
    def of(cls, inputs: RidgeInputs, rows: np.ndarray | None, weight: np.ndarray) -> "Sample":
        """Find the basis: eigenvectors of the Gram matrix, or right singular vectors where labels are few."""
        design = inputs.design if rows is None else inputs.design.rows(rows)
        shift, gap = np.zeros(design.shape[1]), np.ones(len(weight))
        if inputs.has_centres:
            shift = design.backward(weight[:, None])[:, 0] / weight.sum()
            gap = 1.0 - weight / weight.sum()
        values, basis = rotation(design.moved(shift), weight)
        picked = slice(0, len(weight)) if rows is None else rows
        return cls(picked, np.sqrt(weight), shift, gap, basis, np.maximum(values, 0.0))

    def centred(self, y: np.ndarray, has_centres: bool) -> np.ndarray:
        """Return weighted targets of shape (n_labels, ...), about their mean where they have an intercept."""
        weight = self.root**2
        mean = weight @ y / weight.sum() if has_centres else np.zeros(y.shape[1:])
        return (y - mean) * self.root.reshape(-1, *np.ones(y.ndim - 1, dtype=int))

    def coordinates(self, design: Design, labels: slice) -> np.ndarray:
        """Return Z of some of the labels."""
        rows = self.rows
        picked = (
            slice(rows.start + labels.start, rows.start + labels.stop)
            if isinstance(rows, slice)
            else rows[labels]
        )
        inputs = design.rows(picked).forward(self.basis)
        return self.root[labels, None] * (inputs - self.shift @ self.basis)


def rotation(design: Design, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return eigenvalues and eigenvectors of the Gram matrix, by its root where labels are few or it loses digits."""
    n_samples, size = design.shape
    if n_samples < size:
        return by_root(design, weight)
    values, vectors = eigen(design.gram(weight))
    is_dear = design.is_sparse or n_samples * size**2 > MOST_WORK
    if is_dear or not size or values[0] > LOST * values[-1]:
        return values, vectors
    by_singular = by_root(design, weight)
    keeps_digits = by_singular[0][-1] > LOST**2 * by_singular[0][0]
    return by_singular if keeps_digits else (values, vectors)


def by_root(design: Design, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return squared singular values and right singular vectors of the weighted inputs."""
    root = np.sqrt(weight)[:, None] * design.values()
    _, singular, transposed = linalg.svd(root, full_matrices=False)
    return singular**2, transposed.T


def is_alone(sample: Sample) -> bool:
    """Whether a label is its task's only one, so that its intercept is free without it."""
    return len(sample.gap) == 1 and not sample.gap.any()


@dataclass(frozen=True, eq=False)
class LeaveOneOut(ABC):
    """The labels of all tasks, ready to be left out row by row."""

    inputs: RidgeInputs
    fits: tuple[TaskFit, ...]

    def residuals(self, prior: Prior) -> list[np.ndarray]:
        """Return the errors at rows left out by task, in scaled units; NaN where a task has no other label."""
        left_out, least = self._by_leverages(prior)
        is_lost = not least > TRUSTED and sum(len(fit.y) for fit in self.fits) <= LARGEST_DENSE
        return self._dense.residuals(prior) if is_lost else left_out

    @cached_property
    def _dense(self) -> DenseLabels:
        return DenseLabels.of(self.inputs, self.fits)

    @abstractmethod
    def _by_leverages(self, prior: Prior) -> tuple[list[np.ndarray], float]:
        """Return the residuals, and the least that leverages leave of 1, of which rounding leaves no more digits."""

    @abstractmethod
    def separate(self, strength: float) -> np.ndarray:
        """Return the coefficients of the tasks alone in an orthonormal basis, of shape (size, n_tasks)."""


@dataclass(frozen=True, eq=False)
class FullLabels(LeaveOneOut):
    """Tasks with the same rows, and weights that differ by factors alone.

    In the eigenvectors of the tasks' prior covariance the hat matrix is diagonal: ordinary leave-one-out there.
    """

    sample: Sample
    factor: np.ndarray
    Z: np.ndarray
    Y: np.ndarray

    @classmethod
    def of(cls, inputs: RidgeInputs, fits: Sequence[TaskFit]) -> "FullLabels":
        """Lay out the labels; factor is the square root of each task's weight relative to the first."""
        weight = label_weight(fits[0])
        sample = Sample.of(inputs, fits[0].rows, weight)
        factor = np.sqrt([label_weight(fit)[0] / weight[0] for fit in fits])
        y = np.column_stack([fit.y[:, 0] for fit in fits])
        Y = sample.centred(y, inputs.has_centres) * factor
        Z = sample.coordinates(inputs.design, slice(0, len(weight)))
        return cls(inputs, tuple(fits), sample, factor, Z, Y)

    @cached_property
    def response(self) -> np.ndarray:
        """The products of inputs and targets."""
        return self.Z.T @ self.Y

    def _by_leverages(self, prior: Prior) -> tuple[list[np.ndarray], float]:
        if is_alone(self.sample):
            return [np.full(1, np.nan) for _ in self.factor], 1.0
        specific, common = prior.specific * self.factor**2, prior.common * self.factor
        kappa, rotation = np.linalg.eigh(np.diag(specific) + np.outer(common, common))
        size = kappa[-1]
        distinct, which = np.unique(
            np.maximum(np.round(kappa / size, SAME_KAPPA), 0.0), return_inverse=True
        )
        shrink = size * distinct / (1.0 + np.outer(self.sample.values, size * distinct))
        errors = self.Y @ rotation - self.Z @ (shrink[:, which] * (self.response @ rotation))
        rest = self.sample.gap[:, None] - squares_times(self.Z, shrink)
        errors /= rest[:, which]
        errors = errors @ rotation.T
        errors /= self.sample.root[:, None] * self.factor
        return list(errors.T), float(rest.min())

    def separate(self, strength: float) -> np.ndarray:
        shrink = 1.0 / (np.outer(self.sample.values, self.factor**2) + strength)
        return self.sample.basis @ (shrink * self.response * self.factor)


class Block(NamedTuple):
    """Some rows: the labels (task, which) that they have, and where each row's labels are among these.

    systems has an array of shape (n, k) for the rows that have k labels.
    """

    labels: tuple[tuple[int, slice], ...]
    systems: tuple[np.ndarray, ...]


@dataclass(frozen=True, eq=False)
class PartialLabels(LeaveOneOut):
    """Any labels with any weights: tasks differ in their Gram matrices, and meet in one of the common coefficients.

    Given the common coefficients tasks are independent, so eigenvectors of the Gram matrix of each task, once, and one
    Cholesky factor a prior, of the size of one task, are all that is factorised.
    """

    samples: tuple[Sample, ...]
    y: tuple[np.ndarray, ...]
    blocks: tuple[Block, ...]
    kept: tuple[np.ndarray, ...]

    @classmethod
    def of(cls, inputs: RidgeInputs, fits: Sequence[TaskFit]) -> "PartialLabels":
        """Lay out the labels."""
        samples = tuple(Sample.of(inputs, fit.rows, label_weight(fit)) for fit in fits)
        y = tuple(
            sample.centred(fit.y[:, 0], inputs.has_centres)
            for sample, fit in zip(samples, fits, strict=True)
        )
        n_samples, size = inputs.design.shape
        rows = [np.arange(n_samples) if fit.rows is None else fit.rows for fit in fits]
        kept: tuple[np.ndarray, ...] = ()
        if sum(len(s.root) * len(s.values) for s in samples) <= LARGEST_KEPT:
            kept = tuple(s.coordinates(inputs.design, slice(0, len(s.root))) for s in samples)
        return cls(inputs, tuple(fits), samples, y, tuple(blocks_of(rows, n_samples, size)), kept)

    @cached_property
    def response(self) -> list[np.ndarray]:
        """The products of inputs and targets, by task."""
        products = []
        for t, y in enumerate(self.y):
            parts = [slice(start, min(start + ROWS, len(y))) for start in range(0, len(y), ROWS)]
            products.append(np.sum([self._Z(t, part).T @ y[part] for part in parts], axis=0))
        return products

    def _by_leverages(self, prior: Prior) -> tuple[list[np.ndarray], float]:
        shrink = [
            1.0 / (1.0 + o * s.values) for o, s in zip(prior.specific, self.samples, strict=True)
        ]
        is_shared = bool(prior.common.any())
        loadings = self._loadings(prior, shrink) if is_shared else None
        coef = self._coefficients(prior, shrink, loadings)
        left_out, least = [np.empty(len(y)) for y in self.y], np.inf
        for block in self.blocks:
            parts = []
            for t, labels in block.labels:
                sample = self.samples[t]
                Z = self._Z(t, labels)
                errors = self.y[t][labels] - Z @ coef[t]
                explained = prior.specific[t] * squares_times(Z, shrink[t][:, None])[:, 0]
                gap = sample.gap[labels] - explained
                if is_alone(sample):  # what errors no model can have must not tie the row's others
                    gap, Z = np.ones(1), np.zeros_like(Z)
                parts.append((errors, gap, None if loadings is None else Z @ loadings[t]))
            solved, rest = without_rows(parts, block.systems if is_shared else ())
            least = min(least, rest)
            stops = np.cumsum([len(part[0]) for part in parts])[:-1]
            for (t, labels), of_task in zip(block.labels, np.split(solved, stops), strict=True):
                left_out[t][labels] = of_task / self.samples[t].root[labels]
        for of_task, sample in zip(left_out, self.samples, strict=True):
            if is_alone(sample):
                of_task[:] = np.nan
        return left_out, least

    def separate(self, strength: float) -> np.ndarray:
        return np.column_stack(
            [
                sample.basis @ (response / (sample.values + strength))
                for sample, response in zip(self.samples, self.response, strict=True)
            ]
        )

    def _Z(self, t: int, labels: slice) -> np.ndarray:
        """Return the rotated inputs of some labels of a task."""
        if self.kept:
            return self.kept[t][labels]
        return self.samples[t].coordinates(self.inputs.design, labels)

    def _loadings(self, prior: Prior, shrink: list[np.ndarray]) -> list[np.ndarray]:
        """Return what turns Z of each task into P, where P P' is what the common coefficients add to the hat matrix."""
        precision = np.diag(self.inputs.precision)
        for common, sample, factor in zip(prior.common, self.samples, shrink, strict=True):
            precision += common**2 * (sample.basis * (sample.values * factor)) @ sample.basis.T
        root = linalg.cholesky(precision, lower=True, overwrite_a=True)
        return [
            common * factor[:, None] * linalg.solve_triangular(root, sample.basis, lower=True).T
            for common, sample, factor in zip(prior.common, self.samples, shrink, strict=True)
        ]

    def _coefficients(
        self, prior: Prior, shrink: list[np.ndarray], loadings: list[np.ndarray] | None
    ) -> list[np.ndarray]:
        """Return the coefficients of each task in its basis."""
        specific = [
            variance * factor * response
            for variance, factor, response in zip(
                prior.specific, shrink, self.response, strict=True
            )
        ]
        if loadings is None:
            return specific
        common = sum(
            loading.T @ response for loading, response in zip(loadings, self.response, strict=True)
        )
        return [coef + loading @ common for coef, loading in zip(specific, loadings, strict=True)]


def leave_one_out(inputs: RidgeInputs, prepared: Prepared) -> LeaveOneOut:
    """Lay out the labels in the cheapest way that is exact."""
    is_full = inputs.precision.all() and have_common_weights(prepared.fits)
    return (FullLabels if is_full else PartialLabels).of(inputs, prepared.fits)


def have_common_weights(fits: Sequence[TaskFit]) -> bool:
    """Whether all tasks have labels in the same rows, with weights that are multiples of each other."""
    first, rows = label_weight(fits[0]), fits[0].rows
    for fit in fits[1:]:
        if len(fit.y) != len(first):
            return False
        if rows is not None and fit.rows is not None and not np.array_equal(fit.rows, rows):
            return False
        ratio = label_weight(fit) / first
        if np.ptp(ratio) > 1e-13 * ratio[0]:
            return False
    return True


def squares_times(Z: np.ndarray, A: np.ndarray) -> np.ndarray:
    """Return (Z * Z) @ A, some rows at a time."""
    product = np.empty((len(Z), A.shape[1]))
    for start in range(0, len(Z), ROWS):
        rows = slice(start, start + ROWS)
        product[rows] = np.square(Z[rows]) @ A
    return product


def without_rows(
    parts: Sequence[tuple[np.ndarray, np.ndarray, np.ndarray | None]],
    systems: Sequence[np.ndarray],
) -> tuple[np.ndarray, float]:
    """Solve (diag(gap) - P P') x = errors over the labels of each row; parts are (errors, gap, P) by task.

    Return the least eigenvalue of the matrices, too.
    """
    errors, gap = (np.concatenate([part[k] for part in parts]) for k in (0, 1))
    if not systems:
        return errors / gap, float(gap.min())
    P = np.concatenate([part[2] for part in parts])
    solution, least = np.empty_like(errors), np.inf
    for index in systems:
        stack = P[index]
        matrix = -(stack @ stack.transpose(0, 2, 1))
        diagonal = np.arange(index.shape[1])
        matrix[:, diagonal, diagonal] += gap[index]
        values, vectors = np.linalg.eigh(matrix)
        rotated = np.einsum("nij,ni->nj", vectors, errors[index]) / values
        solution[index] = np.einsum("nij,nj->ni", vectors, rotated)
        least = min(least, float(values[:, 0].min()))
    return solution, least


def blocks_of(rows: Sequence[np.ndarray], n_samples: int, size: int) -> Iterator[Block]:
    """Cut the rows into blocks whose arrays are not too large; rows are those of each task's labels, ascending."""
    counts = np.bincount(np.concatenate(rows), minlength=n_samples)
    most = int(counts.max())
    cost = np.cumsum(counts * max(size, most))
    start = 0
    while start < n_samples:
        done = cost[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(cost, done + LARGEST_BLOCK, side="right")))
        if cost[stop - 1] > done:
            yield block_of(rows, start, stop)
        start = stop


def block_of(rows: Sequence[np.ndarray], start: int, stop: int) -> Block:
    """Find the labels of the rows from start to stop."""
    labels = []
    for t, of_task in enumerate(rows):
        low, high = np.searchsorted(of_task, (start, stop))
        if high > low:
            labels.append((t, slice(int(low), int(high))))
    of_label = np.concatenate([rows[t][which] for t, which in labels])
    order = np.argsort(of_label, kind="stable")
    first = np.flatnonzero(np.r_[True, np.diff(of_label[order]) > 0])
    count = np.diff(np.r_[first, len(order)])
    systems = tuple(
        order[first[count == k][:, None] + np.arange(k)] for k in np.unique(count).tolist()
    )
    return Block(tuple(labels), systems)
