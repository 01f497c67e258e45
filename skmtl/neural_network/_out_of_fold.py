"""What members say of the rows that they held out."""

from typing import Any

import numpy as np

from ._ensemble import Ensemble
from ._prepare import PreparedNetwork


def out_of_fold(
    ensemble: Ensemble, X: Any, prepared: PreparedNetwork, held: list[np.ndarray]
) -> np.ndarray:
    """Return raw predictions of each row by the members that did not learn from it; NaN where each did."""
    members = np.zeros((X.shape[0], len(held)), dtype=bool)
    members[:] = ~np.isin(np.arange(X.shape[0]), prepared.rows)[:, None]
    for m, rows in enumerate(held):
        members[prepared.rows[rows], m] = True
    raw = np.full((X.shape[0], len(ensemble.rest)), np.nan)
    kinds, kind = np.unique(members, axis=0, return_inverse=True)
    for k, chosen in enumerate(kinds):
        if chosen.any():
            rows = np.flatnonzero(kind.ravel() == k)
            raw[rows] = ensemble.raw(X[rows], chosen)
    return raw
