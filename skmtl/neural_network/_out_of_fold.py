"""What members say of the rows that they held out."""

from collections.abc import Hashable
from typing import Any, NamedTuple

import numpy as np

from ..heads import Head, probabilities
from ._ensemble import Ensemble
from ._prepare import Prepared


def out_of_fold(
    ensemble: Ensemble, X: Any, prepared: Prepared, held: list[np.ndarray]
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


class OutOfFold(NamedTuple):
    """Raw predictions of rows, NaN where there is none, and the heads that read them."""

    raw: np.ndarray
    heads: tuple[Head, ...]

    def decisions(self) -> dict[Hashable, np.ndarray]:
        """Return the raw predictions of each task."""
        return {head.name: head.decision(self.raw) for head in self.heads}

    def probabilities(self) -> dict[Hashable, np.ndarray]:
        """Return the probabilities of each task with classes."""
        return probabilities(self.heads, self.raw)

    def predictions(self) -> dict[Hashable, np.ndarray]:
        """Return what is predicted of each task: NaN or None where nothing is."""
        known = ~np.isnan(self.raw).any(axis=1)
        found = {}
        for head in self.heads:
            values = head.decode(np.nan_to_num(self.raw))
            if not known.all():
                is_number = values.dtype.kind == "f"
                values = values if is_number else values.astype(object)
                values[~known] = np.nan if is_number else None
            found[head.name] = values
        return found
