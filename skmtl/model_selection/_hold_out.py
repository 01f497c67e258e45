"""One set of samples, or of groups, that holds its share of every label of all tasks."""

from typing import Any

import numpy as np
from scipy import sparse

from ..tasks import TaskTargets
from ..utils import group_codes
from ._assign import count_labels
from ._strata import strata

POOL = 4.0
"""Samples of each label that may change their side, times the root of what the smaller side is to hold of it.

Chance puts counts off by about that root.
"""

PAIRS = 20_000
"""Pairs of items, one held and one not, of which at most so many are looked at to change places."""

GAIN = 1e-9
"""What a change of side must be better by: less is rounding."""


def hold_out(targets: TaskTargets, groups: Any, share: float, seed: int) -> np.ndarray:
    """Return about a share of the samples, ascending, that holds the same share of every label.

    Items are samples, or groups, whose samples stay together; at least one is held, and one left. They are drawn at
    random, then evened out.
    """
    part = min(share, 1.0 - share)
    labels = strata(targets, int(np.ceil(1.0 / part)))
    # The last label is that of being a sample; a row each is quicker than a column each.
    by_kind = np.vstack([labels.T, np.full(len(labels), labels.max(initial=-1) + 1)])
    items = np.arange(len(labels)) if groups is None else group_codes(groups)
    n_items = int(items.max()) + 1
    n_held = int(np.clip(round(share * n_items), 1, n_items - 1))
    random = np.random.default_rng(seed)
    is_held = np.zeros(n_items, dtype=bool)
    is_held[random.permutation(n_items)[:n_held]] = True
    is_sample_held = is_held[items]
    total = np.bincount(by_kind.ravel()).astype(np.float64)
    excess = np.bincount(by_kind[:, is_sample_held].ravel(), minlength=len(total)) - share * total
    rarest = total.take(by_kind).min(axis=0)
    there = np.where(is_sample_held, share, 1.0 - share) * rarest
    is_movable = np.zeros(n_items, dtype=bool)
    is_movable[items[random.random(len(items)) * there < POOL * np.sqrt(part * rarest)]] = True
    chosen, place = is_movable[items], np.cumsum(is_movable) - 1
    counts = count_labels(by_kind[:, chosen].T, place[items[chosen]], len(total))
    weight = np.divide(1.0, part * total, out=np.zeros_like(total), where=total > 0)
    spare = {True: n_held - 1, False: n_items - n_held - 1}
    is_held[is_movable] = even_out(counts, weight, excess, is_held[is_movable], spare)
    return np.flatnonzero(is_held[items])


def even_out(
    counts: sparse.csr_array,
    weight: np.ndarray,
    excess: np.ndarray,
    is_held: np.ndarray,
    spare: dict[bool, int],
) -> np.ndarray:
    """Return which items are held once no other side of an item makes sum(weight * excess^2) smaller.

    counts, of shape (n_items, n_labels), are the labels of the items, excess is how many more than its share are held
    of each label, and spare how many items may leave those that are held, and those that are not. Of few items none
    makes it smaller in the place of another either.
    """
    is_held, spare = is_held.copy(), dict(spare)
    squares = counts.power(2) @ weight
    sign = np.where(
        is_held, -1.0, 1.0
    )  # of what an item's labels do to excess when it changes its side
    while True:
        change = counts @ (2.0 * weight * excess)
        change *= sign
        change += squares
        moved = best_item(change, is_held, spare) or best_pair(change, is_held, counts, weight)
        if not moved:
            return is_held
        for item in moved:
            side = bool(is_held[item])
            own = slice(counts.indptr[item], counts.indptr[item + 1])
            excess[counts.indices[own]] += sign[item] * counts.data[own]
            is_held[item], sign[item] = not side, -sign[item]
            spare[side] -= 1
            spare[not side] += 1


def best_item(change: np.ndarray, is_held: np.ndarray, spare: dict[bool, int]) -> list[int]:
    """Return the item whose other side is the most gain, if any; change is what each would add."""
    for side, n_items in spare.items():
        if n_items == 0:
            change = np.where(is_held == side, np.inf, change)
    item = int(change.argmin())
    return [item] if change[item] < -GAIN else []


def best_pair(
    change: np.ndarray, is_held: np.ndarray, counts: sparse.csr_array, weight: np.ndarray
) -> list[int]:
    """Return the two items, of few, whose change of places is the most gain, if any."""
    held, left = np.flatnonzero(is_held), np.flatnonzero(~is_held)
    if not 0 < len(held) * len(left) <= PAIRS:
        return []
    common = (counts[held].multiply(weight) @ counts[left].T).toarray()
    both = change[held][:, None] + change[left] - 2.0 * common
    first, second = np.unravel_index(both.argmin(), both.shape)
    return [int(held[first]), int(left[second])] if both[first, second] < -GAIN else []
