"""Coefficients of transformed inputs, as coefficients of the inputs that go in."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, RobustScaler, StandardScaler


class Affine(NamedTuple):
    """x[kept] * scale + offset, entry by entry; kept is a mask of the entries of x."""

    kept: np.ndarray
    scale: np.ndarray
    offset: np.ndarray

    def before(self, coef: np.ndarray, intercept: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return coefficients (a row a column of raw) and intercepts of x that are those given of the result."""
        raw = np.zeros((len(coef), len(self.kept)), dtype=np.float64)
        raw[:, self.kept] = coef * self.scale
        return raw, intercept + coef @ self.offset


def before(
    transformers: Iterable[Any], coef: np.ndarray, intercept: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return coefficients and intercepts of the inputs of transformers; raise AttributeError where there are none."""
    for step in reversed(list(single_steps(transformers))):
        coef, intercept = affine(step).before(coef, intercept)
    return coef, intercept


def single_steps(transformers: Iterable[Any]) -> Iterator[Any]:
    """Give the steps of transformers, those of pipelines one by one."""
    for transformer in transformers:
        if isinstance(transformer, Pipeline):
            yield from single_steps(step for _, step in transformer.steps)
        elif transformer is not None and not isinstance(transformer, str):
            yield transformer


def affine(step: Any) -> Affine:
    """Return what a fitted scaler or selector of features does; raise AttributeError for all else."""
    from sklearn.feature_selection import SelectorMixin  # slow to import, and seldom needed

    if isinstance(step, SelectorMixin):
        kept = step.get_support()
        return Affine(kept, np.ones(kept.sum()), np.zeros(kept.sum()))
    scaling = scale_and_centre(step)
    if scaling is None:
        raise AttributeError(
            f"coefficients in terms of the inputs exist only behind scalers and selectors of features, and "
            f"{type(step).__name__} is neither: ask the joint model at the end of the pipeline for its coef_"
        )
    scale, offset = (np.broadcast_to(part, step.n_features_in_) for part in scaling)
    return Affine(np.ones(step.n_features_in_, dtype=bool), scale, offset)


def scale_and_centre(step: Any) -> tuple[Any, Any] | None:
    """Return scale and offset of a scaler; None where it limits its result, or is none."""
    if getattr(step, "clip", False):
        return None
    if isinstance(step, MinMaxScaler):
        return step.scale_, step.min_
    if isinstance(step, MaxAbsScaler):
        return 1.0 / step.scale_, 0.0
    if isinstance(step, StandardScaler):
        scale, centre = step.scale_, step.mean_ if step.with_mean else None
    elif isinstance(step, RobustScaler):
        scale, centre = step.scale_, step.center_
    else:
        return None
    scale = 1.0 if scale is None else 1.0 / scale
    return scale, 0.0 if centre is None else -centre * scale
