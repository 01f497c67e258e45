"""Values of given ranks, without sorting."""

from typing import Any

import numpy as np

PILOT = 1000  # values between two of which one is looked for


def order_statistics(values: np.ndarray, ranks: np.ndarray) -> np.ndarray:
    """Return the values of these ranks, counted from 0.

    Of many values those between two of a sample are looked at, which nearly always hold the one; else all are. The
    answer is exact in either case, and does not depend on the order of the values.
    """
    n = len(values)
    if n < 4 * PILOT:
        return np.partition(values, ranks)[ranks]
    pilot = np.sort(values[:: n // PILOT])
    return np.array([between(values, pilot, rank) for rank in ranks.tolist()], dtype=values.dtype)


def between(values: np.ndarray, pilot: np.ndarray, rank: int) -> Any:
    """Return the value of a rank by the values between two of the pilot, sorted, that are likely to enclose it.

    How many values are below the first says how far away, and on which side, the second is.
    """
    per_value = len(pilot) / len(values)
    first = int(rank * per_value)
    is_inside = values < pilot[first]
    n_below = int(np.count_nonzero(is_inside))
    ahead = (rank - n_below) * per_value
    spread = 3.0 * np.sqrt(abs(ahead)) + 3.0
    if ahead >= 0.0:
        second = int(first + ahead + spread)
        np.logical_not(is_inside, out=is_inside)
        if second < len(pilot):
            is_inside &= values <= pilot[second]
        place = rank - n_below
    else:
        second = int(first + ahead - spread)
        if second >= 0:
            is_inside &= values >= pilot[second]
        place = int(np.count_nonzero(is_inside)) - (n_below - rank)
    inside = values.compress(is_inside)  # faster than by indexing
    if not 0 <= place < len(inside):
        return np.partition(values, rank)[rank]
    return np.partition(inside, place)[place]
