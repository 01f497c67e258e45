"""Ridge regressions that share, for a grid of strengths and sharings, from one factorisation."""

from collections.abc import Hashable
from typing import Any, NamedTuple

import numpy as np

from ..penalties import MeanRegularized
from ..tasks import check_fit
from ..utils import POSITIVE, Either, Number, Several, few_threads, gram_operations, require
from ._ridge import MultiTaskRidge
from ._warm_path import warm_path
from .problems import prepare


class RidgePath(NamedTuple):
    """Coefficients for every pair of a strength and a sharing.

    Attributes
    ----------
    alphas : ndarray of shape (n_alphas,)
        The strengths.

    sharings : ndarray of shape (n_sharings,)
        The sharings.

    coef : ndarray of shape (n_alphas, n_sharings, n_tasks, n_features)
        Coefficients, as ``coef_`` of MultiTaskRidge has them.

    intercept : ndarray of shape (n_alphas, n_sharings, n_tasks)
        Intercepts.

    dual_gap : ndarray of shape (n_alphas, n_sharings)
        Relative duality gaps.

    tasks : tuple
        Names of the tasks.
    """

    alphas: np.ndarray
    sharings: np.ndarray
    coef: np.ndarray
    intercept: np.ndarray
    dual_gap: np.ndarray
    tasks: tuple[Hashable, ...]


def ridge_path(
    X: Any,
    y: Any,
    *,
    alphas: Any,
    sharings: Any = (0.0, 0.25, 0.5, 0.75, 1.0),
    sample_weight: Any = None,
    signs: str = "learned",
    pool_intercept: bool = False,
    fit_intercept: bool = True,
    scale_targets: bool = True,
    task_weight: Any = None,
    max_iter: int = 1000,
    tol: float = 1e-16,
) -> RidgePath:
    """Fit MultiTaskRidge for every pair of a strength and a sharing.

    The data are read, and their Gram matrix is factorised, once: with all labels observed a further pair costs
    products of the size n_features x n_features x n_tasks. With missing labels the factorisation preconditions
    every pair, and each starts from its neighbour.

    Parameters
    ----------
    X : {array-like, data frame, CSR matrix} of shape (n_samples, n_features)
        Inputs.

    y : dict, TaskTargets, data frame or array-like
        Targets, one column a task, missing labels included.

    alphas : array-like of shape (n_alphas,)
        Strengths, above 0.

    sharings : array-like of shape (n_sharings,), default=(0, 0.25, 0.5, 0.75, 1)
        Sharings, from 0 to 1.

    sample_weight : array-like, data frame or TaskTargets, default=None
        Weights of the samples, or of each sample in each task.

    signs : {"learned", "same"}, default="learned"
        As in MultiTaskRidge.

    pool_intercept : bool, default=False
        As in MultiTaskRidge.

    fit_intercept : bool, default=True
        As in MultiTaskRidge.

    scale_targets : bool, default=True
        As in MultiTaskRidge.

    task_weight : None, "balanced" or dict of {task: float}, default=None
        As in MultiTaskRidge.

    max_iter : int, default=1000
        As in MultiTaskRidge.

    tol : float, default=1e-16
        As in MultiTaskRidge.

    Returns
    -------
    path : RidgePath
        ``coef`` of shape (n_alphas, n_sharings, n_tasks, n_features), ``intercept``, ``dual_gap`` and what they
        belong to.

    See Also
    --------
    MultiTaskRidge : One pair.

    Examples
    --------
    >>> import numpy as np
    >>> from skmtl.linear_model import ridge_path
    >>> X = np.array([[0.0], [1.0], [2.0], [3.0]])
    >>> path = ridge_path(X, {"a": [0.0, 1.0, 2.0, 3.1], "b": [0.2, 1.9, 4.1, 6.0]}, alphas=[0.1, 1, 10])
    >>> path.coef.shape
    (3, 5, 2, 1)
    """
    for name, given, rule in (("alphas", alphas, POSITIVE), ("sharings", sharings, Number())):
        require(name, given, Either(rule, Several(rule)))
    alphas, sharings = np.atleast_1d(alphas).astype(float), np.atleast_1d(sharings).astype(float)
    model = MultiTaskRidge(
        pool_intercept=pool_intercept,
        fit_intercept=fit_intercept,
        scale_targets=scale_targets,
        task_weight=task_weight,
        max_iter=max_iter,
        tol=tol,
    )
    model.check_params()
    penalties = [
        [
            MeanRegularized(float(a), float(s), signs=signs, pool_intercept=pool_intercept)
            for s in sharings
        ]
        for a in alphas
    ]
    for row in penalties:
        for penalty in row:
            penalty.check_params()
    setup = model._setup()
    fit_data = check_fit(model, X, y, sample_weight, setup.typing)
    with few_threads(gram_operations(fit_data.X)):
        prepared = prepare(fit_data, setup, task_weight, fit_intercept)
        prepared.layout.prepare_eigen()
        solutions = list(warm_path(prepared, penalties, max_iter, tol))
    shape = (len(alphas), len(sharings))
    coef, intercept, gap = (
        np.reshape(numbers, (*shape, *np.shape(numbers[0])))
        for numbers in zip(
            *((one.W, one.intercept, one.dual_gap) for one in solutions), strict=True
        )
    )
    return RidgePath(alphas, sharings, coef, intercept, gap, fit_data.targets.tasks)
