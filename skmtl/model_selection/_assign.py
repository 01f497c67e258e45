"""Iterative stratification: samples, or groups of them, to folds that hold the same of every label."""

import numpy as np
from scipy import sparse

FEW = 3
"""A label that at most so many items a fold have is spread one by one, whatever the other labels."""


def count_labels(labels: np.ndarray, groups: np.ndarray | None, n_labels: int) -> sparse.csr_array:
    """Return how often each item has each label, of shape (n_items, n_labels).

    labels are codes, of shape (n_samples, n_kinds), each kind with codes that no other has; an item is a sample, or a
    group (codes from 0), whose samples stay together.
    """
    n_samples, n_kinds = labels.shape
    items = np.arange(n_samples) if groups is None else groups
    rows = np.repeat(items, n_kinds)
    ones = np.ones(labels.size, dtype=np.int64)
    shape = (int(items.max(initial=-1)) + 1, n_labels)
    return sparse.coo_array((ones, (rows, labels.ravel())), shape=shape).tocsr()


def assign_folds(
    counts: sparse.csr_array, n_folds: int, order: np.ndarray, held: np.ndarray | float = 0.0
) -> np.ndarray:
    """Return the fold of each item, taking items in the given order where nothing else decides.

    Labels are taken from the rarest among the items still without a fold (Sechidis et al. 2011), their items
    from those that have most of the label. Each goes to the fold that raises sum((desired - held)^2 / desired), over
    the item's labels, the least; of a label that few items have, only to folds that still want it most. held, of shape
    (n_labels, n_folds), counts the labels that the folds hold at the start.
    """
    by_label = counts[order].tocsc()
    n_items, n_labels = counts.shape
    held = np.broadcast_to(held, (n_labels, n_folds))
    total = np.asarray(counts.sum(axis=0)).ravel() + held.sum(axis=1)
    # What a fold still wants of a label, times the number of folds: whole, so that ties are ties.
    wanted = total[:, None] - n_folds * held
    worth = counts.data / total[counts.indices]
    left = np.diff(by_label.indptr)
    few = (left <= FEW * n_folds) & ~held.any(axis=1)
    fold = np.full(n_items, -1)
    while left.any():
        label = int(np.argmin(np.where(left > 0, left, n_items + 1)))
        here = slice(by_label.indptr[label], by_label.indptr[label + 1])
        most_first = np.argsort(-by_label.data[here], kind="stable")
        items = order[by_label.indices[here][most_first]]
        for item in items[fold[items] < 0].tolist():
            entries = slice(counts.indptr[item], counts.indptr[item + 1])
            labels, times = counts.indices[entries], counts.data[entries]
            gain = worth[entries] @ wanted[labels]
            if few[label]:
                wish = wanted[label]
                enough = min(wish.max(), n_folds * times[labels == label][0])
                gain[wish < enough] = -np.inf
            best = int(gain.argmax())
            fold[item] = best
            wanted[labels, best] -= n_folds * times
            left[labels] -= 1
    return fold
