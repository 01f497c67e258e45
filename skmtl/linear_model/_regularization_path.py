"""Coefficients along the path of a penalty's strength."""

from collections.abc import Hashable, Mapping
from typing import Any, NamedTuple

import numpy as np

from ..penalties import Penalty
from ..tasks import check_fit
from ..utils import few_threads, gram_operations
from ._glm_cv import MultiTaskGLMCV
from ._warm_path import multiples, warm_path
from .problems import prepare


class RegularizationPath(NamedTuple):
    """Coefficients for every strength of a penalty, the largest first.

    Attributes
    ----------
    alphas : ndarray of shape (n_alphas,)
        What the strengths of the penalty were multiplied by, the largest first.

    coef : ndarray of shape (n_alphas, n_columns, n_features)
        Coefficients, as ``coef_`` of MultiTaskGLM has them.

    intercept : ndarray of shape (n_alphas, n_columns)
        Intercepts.

    components : dict of {str: ndarray of shape (n_alphas, n_columns, n_features)}
        The parts that add up to ``coef``, of a penalty on a sum: ``"shared"`` and ``"specific"``. Else empty.

    dual_gap : ndarray of shape (n_alphas,)
        Relative duality gaps. Of many strengths with a Gram matrix in common, the last is taken on the data themselves.

    n_iter : ndarray of shape (n_alphas,)
        Iterations of the solver.

    penalties : tuple of Penalty
        The penalty of each fit.

    tasks : tuple
        Names of the tasks.

    task_columns : dict of {task: slice}
        Rows of the coefficients that belong to each task.
    """

    alphas: np.ndarray
    coef: np.ndarray
    intercept: np.ndarray
    components: Mapping[str, np.ndarray]
    dual_gap: np.ndarray
    n_iter: np.ndarray
    penalties: tuple[Penalty, ...]
    tasks: tuple[Hashable, ...]
    task_columns: Mapping[Hashable, slice]


def regularization_path(
    X: Any,
    y: Any,
    penalty: Penalty | None = None,
    *,
    alphas: Any = 30,
    eps: float = 1e-3,
    sample_weight: Any = None,
    task_types: Any = "auto",
    fit_intercept: bool = True,
    scale_targets: bool = True,
    class_weight: Any = None,
    task_weight: Any = None,
    max_iter: int = 1000,
    tol: float = 1e-16,
) -> RegularizationPath:
    """Fit MultiTaskGLM for every strength of its penalty.

    The data are read once. The path begins with the strongest penalty, and each fit with the one before it.

    Parameters
    ----------
    X : {array-like, data frame, CSR matrix} of shape (n_samples, n_features)
        Inputs.

    y : dict, TaskTargets, data frame or array-like
        Targets, one column a task, missing labels included.

    penalty : Penalty, default=None
        What ties the tasks; None stands for the default of MultiTaskGLM. All its strengths are multiplied by the
        same number.

    alphas : int or sequence of float, default=30
        What the strengths are multiplied by. A number says how many there are, evenly spaced in logarithms from the
        top of the path down to ``eps`` times that. See Notes for the top.

    eps : float, default=1e-3
        The least multiple relative to the largest, where ``alphas`` is a number; ``eps**1.5`` where none makes all
        coefficients zero.

    sample_weight : array-like, data frame or TaskTargets, default=None
        Weights of the samples, or of each sample in each task.

    task_types : "auto", str or dict of {task: str}, default="auto"
        As in MultiTaskGLM.

    fit_intercept : bool, default=True
        As in MultiTaskGLM.

    scale_targets : bool, default=True
        As in MultiTaskGLM.

    class_weight : None, "balanced", or dict of {task: dict or "balanced"}, default=None
        As in MultiTaskGLM.

    task_weight : None, "balanced" or dict of {task: float}, default=None
        As in MultiTaskGLM.

    max_iter : int, default=1000
        As in MultiTaskGLM, for each strength.

    tol : float, default=1e-16
        As in MultiTaskGLM.

    Returns
    -------
    path : RegularizationPath
        ``coef`` of shape (n_alphas, n_columns, n_features), ``intercept``, ``dual_gap`` and what they belong to.

    See Also
    --------
    MultiTaskGLMCV : Chooses among the strengths by cross-validation.
    ridge_path : Strengths by sharings of ridge regressions.

    Notes
    -----
    For a penalty that is a norm, or has one beside a quadratic part, the top of the path is the least multiple at which
    all coefficients are zero. No multiple does that for penalties like a square (MeanRegularized, GraphLaplacian,
    LearnedCovariance, Clustered): there the top is 200 conjugate(C) / d, with C the gradient of the loss at
    coefficients of zero, and d how far the loss of the best constant prediction is above that of perfect ones. At
    that strength the fit can explain at most 1 % of d.

    Examples
    --------
    >>> import numpy as np
    >>> from skmtl.linear_model import regularization_path
    >>> from skmtl.penalties import L21
    >>> X = np.array([[0.0, 1.0], [1.0, 0.0], [2.0, 1.0], [3.0, 1.0]])
    >>> path = regularization_path(X, {"a": [0.0, 1.0, 2.0, 3.1], "b": [0.2, 1.9, 4.1, 6.0]}, L21(), alphas=5)
    >>> path.coef.shape
    (5, 2, 2)
    >>> path.coef[0].any()
    np.False_
    """
    model = MultiTaskGLMCV(
        penalty,
        alphas=alphas,
        eps=eps,
        task_types=task_types,
        fit_intercept=fit_intercept,
        scale_targets=scale_targets,
        class_weight=class_weight,
        task_weight=task_weight,
        max_iter=max_iter,
        tol=tol,
    )
    model.check_params()
    setup = model._setup()
    setup.penalty.check_params()
    fit_data = check_fit(model, X, y, sample_weight, setup.typing)
    with few_threads(gram_operations(fit_data.X)):
        prepared = prepare(fit_data, setup, task_weight, fit_intercept)
        factors = multiples(alphas, eps, prepared, setup.penalty, max_iter)
        penalties = tuple(setup.penalty.scaled(factor) for factor in factors.tolist())
        solutions = list(warm_path(prepared, [[penalty] for penalty in penalties], max_iter, tol))
    return RegularizationPath(
        alphas=factors,
        coef=np.array([one.W for one in solutions]),
        intercept=np.array([one.intercept for one in solutions]),
        components={
            name: np.array([(one.components or {})[name] for one in solutions])
            for name in solutions[0].components or {}
        },
        dual_gap=np.array([one.dual_gap for one in solutions]),
        n_iter=np.array([one.n_iter for one in solutions]),
        penalties=penalties,
        tasks=fit_data.targets.tasks,
        task_columns={head.name: head.columns for head in prepared.heads},
    )
