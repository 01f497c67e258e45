"""Rows left out where a prior is so weak that leverages come to 1: by the inverse covariance of all labels.

With V the covariance of the weighted labels a priori, noise included, and E the directions that are free, intercepts
among them, the errors of a row without it are

    (A_rr)^-1 (A y)_r,    A = V^-1 - V^-1 E (E' V^-1 E)^-1 E' V^-1 = N (N' V N)^-1 N' = Y Y'

where the columns of N are an orthonormal basis of what is orthogonal to E: the least-squares solutions of Y_r' e = Y'y.
Y comes from a QR decomposition of F N with V = F'F, pivoted, and its rows sorted, as inputs may be of very different
size. Nothing is subtracted from what it comes near to, and nothing is squared.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import linalg

from ..heads import TaskFit
from ._left_out import Prior, RidgeInputs
from .problems import label_weight


@dataclass(frozen=True, eq=False)
class DenseLabels:
    """All labels side by side, task by task: their tasks, samples, weighted inputs Z, targets, and roots of weights."""

    inputs: RidgeInputs
    sizes: tuple[int, ...]
    task: np.ndarray
    sample: np.ndarray
    root: np.ndarray
    Z: np.ndarray
    y: np.ndarray

    @classmethod
    def of(cls, inputs: RidgeInputs, fits: Sequence[TaskFit]) -> "DenseLabels":
        """Lay out the labels."""
        sizes = tuple(len(fit.y) for fit in fits)
        rows = [np.arange(len(fit.y)) if fit.rows is None else fit.rows for fit in fits]
        root = np.concatenate([np.sqrt(label_weight(fit)) for fit in fits])
        Z = np.vstack([inputs.design.rows(of_task).values() for of_task in rows]) * root[:, None]
        y = np.concatenate([fit.y[:, 0] for fit in fits]) * root
        task = np.repeat(np.arange(len(fits)), sizes)
        return cls(inputs, sizes, task, np.concatenate(rows), root, Z, y)

    def residuals(self, prior: Prior) -> list[np.ndarray]:
        """Return the errors at rows left out by task; NaN where a task has no other label."""
        errors = np.full(len(self.y), np.nan)
        counts = (
            np.array(self.sizes)[self.task] > 1 if self.inputs.has_centres else self.y == self.y
        )
        errors[counts] = self._errors(prior, np.flatnonzero(counts))
        return np.split(errors / self.root, np.cumsum(self.sizes)[:-1])

    def _errors(self, prior: Prior, labels: np.ndarray) -> np.ndarray:
        """Return the weighted errors of some of the labels, those of a row left out together."""
        free = self._free(prior, labels)
        N = linalg.qr(free)[0][:, free.shape[1] :] if free.shape[1] else np.eye(len(labels))
        root = self._covariance_root(prior, labels) @ N
        root = root[np.argsort(-np.abs(root).max(axis=1), kind="stable")]
        triangle, pivots = linalg.qr(root, mode="r", pivoting=True)
        Y = linalg.solve_triangular(triangle[: N.shape[1]], N[:, pivots].T, trans="T").T
        whole, sample = Y.T @ self.y[labels], self.sample[labels]
        errors = np.empty(len(labels))
        for row in np.unique(sample):
            in_row = np.flatnonzero(sample == row)
            errors[in_row] = np.linalg.lstsq(Y[in_row].T, whole, rcond=0.0)[0]
        return errors

    def _covariance_root(self, prior: Prior, labels: np.ndarray) -> np.ndarray:
        """Return F with F'F the covariance a priori of labels, weighted, with noise of variance 1."""
        Z, task = self.Z[labels], self.task[labels]
        is_free = self.inputs.precision == 0.0
        common = Z[:, ~is_free] * prior.common[task][:, None]
        specific = Z * np.sqrt(prior.specific[task])[:, None]
        by_task = [np.where(task[:, None] == t, specific, 0.0) for t in np.unique(task)]
        return np.hstack([common, *by_task, np.eye(len(labels))]).T

    def _free(self, prior: Prior, labels: np.ndarray) -> np.ndarray:
        """Return the directions that the prior leaves free: intercepts, by task or in common."""
        task, root = self.task[labels], self.root[labels]
        if self.inputs.has_centres:
            return (task[:, None] == np.unique(task)) * root[:, None]
        is_free = self.inputs.precision == 0.0
        return self.Z[np.ix_(labels, is_free)] * prior.common[task][:, None]
