"""What members say of the rows that they held out."""

from collections.abc import Hashable
from typing import Any

import numpy as np

from ..base import RawAnswers
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


def held_out_answers(model: Any, with_classes: bool = False) -> RawAnswers:
    """Return what was said of held-out rows; raise AttributeError where nothing was, or of no task with classes."""
    raw = vars(model).get("_held_out_raw")
    if raw is None or (with_classes and not model.classes_):
        raise AttributeError(
            f"{type(model).__name__} has predictions of held-out rows only after fit with several members, and "
            "probabilities only of tasks with classes"
        )
    return RawAnswers(raw, model._heads)


def where_known(said: RawAnswers) -> dict[Hashable, np.ndarray]:
    """Return what is predicted of each task: NaN or None where nothing is."""
    known = ~np.isnan(said.raw).any(axis=1)
    found = {}
    for head in said.heads:
        values = head.decode(np.nan_to_num(said.raw))
        if not known.all():
            is_number = values.dtype.kind == "f"
            values = values if is_number else values.astype(object)
            values[~known] = np.nan if is_number else None
        found[head.name] = values
    return found
