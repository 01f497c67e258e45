"""Folds of many samples: most go in shards, whose folds are matched, the others one by one."""

import numpy as np
from scipy.optimize import linear_sum_assignment

from ._assign import assign_folds, count_labels

MANY = 1500
"""Samples from which on most go in shards."""

SHARD = 20
"""Samples of a shard, for each fold."""

AT_ONCE = 100
"""Shards that are assigned in step: what they hold stays in the cache of a processor."""

RARE = 6
"""A label that at most so many samples per fold have keeps them out of the shards."""

LAST = 6
"""Samples, for each label, that go after the shards, to even out what these leave."""


def stratify(
    labels: np.ndarray, groups: np.ndarray | None, n_folds: int, order: np.ndarray
) -> np.ndarray:
    """Return the fold of each sample, for folds to hold the same of every label and to have the same size.

    labels are codes, of shape (n_samples, n_kinds), each kind with codes that no other has. Groups (codes from 0) stay
    together. Samples, or groups, are taken in the given order where nothing else decides.
    """
    n_samples, n_kinds = labels.shape
    if groups is None and n_kinds == 1:
        return deal(labels[:, 0], n_folds, order)
    n_labels = int(labels.max(initial=-1)) + 2
    labels = np.vstack(
        [labels.T, np.full(n_samples, n_labels - 1)]
    )  # the last is that of being a sample
    if groups is not None:
        return assign_folds(count_labels(labels.T, groups, n_labels), n_folds, order)[groups]
    if n_samples < MANY:
        return assign_folds(count_labels(labels.T, None, n_labels), n_folds, order)
    return assign_many(labels, n_labels, n_folds, order)


def deal(label: np.ndarray, n_folds: int, order: np.ndarray) -> np.ndarray:
    """Return the fold of each sample by its only label: neighbours, sorted by label, go to different folds."""
    fold = np.empty(len(label), dtype=np.intp)
    fold[order[np.argsort(label[order], kind="stable")]] = np.arange(len(label)) % n_folds
    return fold


def assign_many(labels: np.ndarray, n_labels: int, n_folds: int, order: np.ndarray) -> np.ndarray:
    """Return the fold of each sample, labels of shape (n_kinds, n_samples).

    Shards go first, then the others, one by one.
    """
    n_samples = labels.shape[1]
    total = np.bincount(labels.ravel(), minlength=n_labels)
    is_last = go_last(labels, total, n_folds, order)
    first, size = order[~is_last[order]], SHARD * n_folds
    first, surplus = np.split(first, [len(first) // size * size])
    is_last[surplus] = True
    # Powers of two: sums are exact, so that ties are ties on every machine.
    weight = np.exp2(-np.rint(0.5 * np.log2(np.maximum(total, 1))))
    fold, held = np.empty(n_samples, dtype=np.intp), np.zeros((n_labels, n_folds))
    for start in range(0, len(first), size * AT_ONCE):
        shards = first[start : start + size * AT_ONCE].reshape(size, -1)
        fold[shards] = assign_shards(labels.take(shards, axis=1), weight, held)
    last, place = np.flatnonzero(is_last), np.cumsum(is_last) - 1
    counts = count_labels(labels[:, last].T, None, n_labels)
    in_shards = held / weight[:, None]
    fold[last] = assign_folds(counts, n_folds, place[order[is_last[order]]], in_shards)
    return fold


def go_last(labels: np.ndarray, total: np.ndarray, n_folds: int, order: np.ndarray) -> np.ndarray:
    """Return the mask of samples to go one by one: with rare labels, and some of each part of the order.

    Of these, the less frequent a label, the larger the part of its samples: shards leave all labels uneven by the same.
    """
    rarest = total[labels].min(axis=0)
    share = np.cumsum(1.0 / rarest[order])
    wanted = np.floor(share * (LAST * len(total) / share[-1]))
    is_last = rarest <= RARE * n_folds
    is_last[order[np.diff(wanted, prepend=0.0) > 0]] = True
    return is_last


def assign_shards(labels: np.ndarray, weight: np.ndarray, held: np.ndarray) -> np.ndarray:
    """Return the folds of samples in shards, labels of shape (n_kinds, n_steps, n_shards).

    Each shard is assigned for itself. Its folds then become those of all samples that lack most of its labels. held, of
    shape (n_labels, n_folds), is the weight of the labels that these hold; that of the shards is added to it.
    """
    fold, by_shard = in_step(labels, weight, held.shape[1])
    matched = np.empty((len(by_shard), held.shape[1]), dtype=np.intp)
    for match, of_shard in zip(matched, by_shard):
        _, of_fold = linear_sum_assignment(held.T @ of_shard)
        match[of_fold] = np.arange(len(of_fold))
        held += of_shard[:, of_fold]
    return matched[np.arange(len(matched)), fold]


def in_step(labels: np.ndarray, weight: np.ndarray, n_folds: int) -> tuple[np.ndarray, np.ndarray]:
    """Assign all shards, a sample of each at a time, which goes to the fold that holds the least of its labels.

    Return the folds, of shape (n_steps, n_shards), and the weight of the labels that they hold, of shape
    (n_shards, n_labels, n_folds).
    """
    n_kinds, n_steps, n_shards = labels.shape
    held = np.zeros((n_shards, len(weight), n_folds), dtype=np.float32)
    by_label, flat = held.reshape(-1, n_folds), held.reshape(-1)
    start = len(weight) * np.arange(n_shards)
    fold = np.empty((n_steps, n_shards), dtype=np.intp)
    of_sample = np.empty((n_kinds, n_shards, n_folds), dtype=np.float32)
    for step in range(n_steps):
        at = labels[:, step] + start
        by_label.take(at, axis=0, out=of_sample, mode="clip")
        best = of_sample.sum(axis=0).argmin(axis=1, out=fold[step])
        flat[at * n_folds + best] += weight[labels[:, step]]
    return fold, held.astype(np.float64)
