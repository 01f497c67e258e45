"""Solutions seen on the data as they were given: how far they can be from the optimum.

Nothing here knows the way by which a solution was reached: raw predictions are X @ W + b, as the users will have them.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from ._design import Design, chunks, some_columns
from ._intercepts import SETTLED, Intercepts, SettledIntercepts, settle
from ._layout import FitLayout
from ._row_block import RowBlock, column_sums, total_hessian
from ._stacked_design import StackedDesign

UNSETTLED = (
    1e-6  # relative slope of the objective in the intercepts with which they are not the best
)
N_PROBES = 2  # directions in which a gradient is checked


class Evaluation(NamedTuple):
    """Weights of features on the data as given, with the best intercepts for them.

    C is the gradient of the loss in the weights, which rounding may have moved by up to loose. b are the intercepts of
    centred inputs. is_settled says whether they are the best, without which the gradient is no dual point.
    """

    settled: SettledIntercepts
    b: np.ndarray
    C: np.ndarray
    loose: np.ndarray
    is_settled: bool

    def intercept(self, layout: FitLayout, W: np.ndarray) -> np.ndarray:
        """Return the intercepts of inputs that are not centred."""
        return self.b - layout.at_centre(W)


def evaluate(
    layout: FitLayout, intercepts: Intercepts, W: np.ndarray, intercept: np.ndarray
) -> Evaluation:
    """Evaluate the predictions X @ W + intercept."""
    raw = [
        as_given(chunk.design, W[:, chunk.columns], intercept[chunk.columns])
        for chunk in layout.chunks
    ]
    beta = intercepts.coordinates(intercept + layout.at_centre(W))
    tolerance = SETTLED * np.sqrt(layout.scale)
    settled = without_rounding(
        layout.chunks, intercepts, settle(layout.chunks, intercepts, beta, raw, tolerance)
    )
    is_settled = bool(np.all(np.abs(settled.slope) <= UNSETTLED * np.sqrt(layout.scale)))
    C = np.zeros(W.shape)
    for chunk, G in zip(layout.chunks, settled.G, strict=True):
        C[:, chunk.columns] += gradient(chunk.design, G)
    loose = np.zeros(W.shape) if layout.fit_intercept else looseness(layout, W, settled)
    return Evaluation(settled, intercepts.at(settled.beta), C, loose, is_settled)


def evaluate_latest(layout: FitLayout, intercepts: Intercepts, W: np.ndarray) -> Evaluation:
    """Evaluate weights of squared losses whose intercepts are free, and thus those of W alone: the last W only once."""
    look = lambda W: evaluate(layout, intercepts, W, layout.null_raw - layout.at_centre(W))
    return layout.latest.of(W, look)


def without_rounding(
    blocks: Sequence[RowBlock], intercepts: Intercepts, settled: SettledIntercepts
) -> SettledIntercepts:
    """Return the gradient in raw after a last step of the intercepts, too small for raw predictions far from zero.

    What rounding of these leaves of the sums of its columns would be a slope along the mean of the labelled samples,
    which nothing but a weak penalty bends.
    """
    if not settled.slope.any():
        return settled
    hessian = total_hessian(blocks, settled.G, len(intercepts.base))
    step = intercepts.newton_step(hessian, settled.slope)
    shift = intercepts.change(step)
    G = settled.G
    for block, raw, part in zip(blocks, settled.raw, G, strict=True):
        change = np.broadcast_to(shift[block.columns], raw.shape)
        part += block.loss.hessian_product(raw, change)  # a copy would be another pass over memory
    sums = column_sums(blocks, G, len(intercepts.base))
    slope = intercepts.gradient(sums) + intercepts.ridge * (settled.beta + step)
    return settled._replace(G=G, slope=slope)


def looseness(layout: FitLayout, W: np.ndarray, settled: SettledIntercepts) -> np.ndarray:
    """Bound what rounding of X @ W does to the gradient, where features are far from zero and nothing is centred.

    Sums of large numbers that cancel may hide a gradient, or be all that there is of it.
    """
    loose = np.zeros(W.shape)
    seen = layout.by_block(settled.raw), layout.by_block(settled.G)
    for block, raw, G in zip(layout.blocks, *seen, strict=True):
        is_far = block.design.is_far_from_zero()
        if np.any(is_far):
            sizes = block.design.sizes()
            rounding = np.finfo(float).eps * sizes.forward(np.abs(W[:, block.columns]))
            moved = np.abs(block.loss.gradient(raw + rounding) - G)
            loose[:, block.columns] += np.where(is_far, sizes.backward(moved), 0.0)
    return loose


class SpotCheck(NamedTuple):
    """Slopes of the loss along probes, random weights of the features, on the data as given.

    image are the predictions of the probes, about the centre; shift is what the intercepts must move by, and slopes are
    those after that.
    """

    slopes: np.ndarray
    shift: np.ndarray
    probes: np.ndarray
    image: np.ndarray


def spot_check(layout: FitLayout, W: np.ndarray, intercept: np.ndarray) -> SpotCheck:
    """Look at the gradient of X @ W + intercept along some random directions: one product with X, where all take two.

    Losses are squared, and no samples are stacked.
    """
    probes = np.random.default_rng(0).normal(size=(len(W), N_PROBES))
    T, images = W.shape[1], []
    slopes, moments, sums, shift = (np.zeros((k, T)) for k in (N_PROBES, N_PROBES, 1, 1))
    for chunk in layout.chunks:
        columns, centre = chunk.columns, chunk.design.centre
        both = np.c_[W[:, columns], probes]
        raw = as_given(chunk.design, both, np.r_[intercept[columns], -centre @ probes])
        G, image = chunk.loss.gradient(raw[:, :-N_PROBES]), raw[:, -N_PROBES:].copy()
        slopes[:, columns] += image.T @ G
        sums[:, columns] += np.ones(len(G)) @ G
        moments[:, columns] += chunk.loss.weighted_sums(image)
        images.append(image)
    if layout.fit_intercept:
        shift = -sums / layout.null_hessian.diagonal
        slopes += moments * shift
    return SpotCheck(slopes, shift[0], probes, np.concatenate(images))


def as_given(design: Design | StackedDesign, W: np.ndarray, intercept: np.ndarray) -> np.ndarray:
    """Return X @ W + intercept; features far from zero are moved to their centre, and the intercept with them."""
    if isinstance(design, StackedDesign):
        return design.as_given(W, intercept)
    X, used = design.X, np.flatnonzero(W.any(axis=1))
    if len(design.far):
        at_far = design.centre[design.far] @ W[design.far]
        return X @ design.near(W) + design.far_values() @ W[design.far] + (intercept + at_far)
    if 2 * len(used) < len(W):
        raw = few_columns_product(X, used, W[used])
    else:
        raw = X @ W
    raw += intercept
    return raw


def few_columns_product(X: Any, used: np.ndarray, W: np.ndarray) -> np.ndarray:
    """Return X[:, used] @ W."""
    if sparse.issparse(X):
        return X[:, used] @ W
    raw = np.empty((X.shape[0], W.shape[1]))
    for rows in chunks(X.shape[0]):
        np.matmul(some_columns(X[rows], used), W, out=raw[rows])
    return raw


def gradient(design: Design | StackedDesign, G: np.ndarray) -> np.ndarray:
    """Return X'G. The columns of G sum to zero where there are intercepts, so that X may be about any centre."""
    if isinstance(design, StackedDesign):
        return design.gradient_as_given(G)
    product = design.X.T @ G if design.is_sparse else (G.T @ design.X).T
    C = product - np.outer(design.centre, np.ones(len(G)) @ G)
    if len(design.far):
        C[design.far] = design.far_values().T @ G
        C[design.constant] = 0.0
    return C


def loss_of(blocks: Sequence[RowBlock], raw: Sequence[np.ndarray]) -> float:
    """Return the loss."""
    return sum(block.loss.value(part) for block, part in zip(blocks, raw, strict=True))


def finite_gap(gap: Any) -> float:
    """Return a duality gap, infinite where it is not a number."""
    return max(float(gap), 0.0) if np.isfinite(gap) else np.inf
