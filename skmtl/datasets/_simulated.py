"""Simulated tasks whose relatedness, weights and noise are known."""

from typing import Any

from sklearn.utils import check_random_state

from ._checks import (
    FRACTION,
    NOT_NEGATIVE,
    POSITIVE,
    PROPER_FRACTION,
    check_by_task,
    check_flag,
    check_integer,
    check_number,
    check_option,
)
from ._truth import ColumnLayout, WeightRules, check_types, draw_targets, draw_weights


def make_multitask(
    n_samples: int = 200,
    n_features: int = 20,
    n_tasks: int | None = None,
    *,
    relatedness: float = 0.8,
    task_types: Any = "regression",
    n_informative: int | None = None,
    n_classes: int = 3,
    noise: Any = 1.0,
    scales: Any = 1.0,
    missing: Any = 0.0,
    signs: str = "same",
    random_state: Any = None,
    return_truth: bool = False,
) -> Any:
    """Simulate several outcomes of the same samples from weights that the tasks partly share.

    Each task has linear weights made of a part common to all tasks and a specific part;
    `relatedness` says how much is common. Tasks of all types can be mixed, have unequal units and
    lack labels.

    Parameters
    ----------
    n_samples : int, default=200
        Number of samples.

    n_features : int, default=20
        Number of features, independent and standard normal.

    n_tasks : int or None, default=None
        Number of tasks; None means 5 where `task_types` is one type for all tasks, else what it
        lists.

    relatedness : float in [0, 1], default=0.8
        Correlation of the weights of any two tasks: 0 draws them independently, 1 makes them
        identical (up to sign with ``signs="random"``). See Notes for multiclass tasks.

    task_types : str, sequence of str or dict of {task: str}, default="regression"
        ``"regression"``, ``"binary"``, ``"multiclass"`` or ``"count"``: one for all tasks, one for
        each, or by name. Without a dict the tasks are called y0, y1, ...

    n_informative : int or None, default=None
        Number of features, drawn at random and the same for all tasks, with weights other than
        zero; None means all.

    n_classes : int, default=3
        Number of classes, 0 to n_classes - 1, of each multiclass task; at least 3.

    noise : float, sequence of float or dict of {task: float}, default=1.0
        Standard deviation of the noise of regression targets before scaling, where the signal has
        about 1. Tasks of other types draw their targets from the model's distribution and have no
        noise besides: one number, and their places in a sequence, pass them by.

    scales : float, sequence of float or dict of {task: float}, default=1.0
        Unit of regression targets: signal, intercept and noise are multiplied by it. Tasks that a
        dict does not name have 1; tasks of other types have no unit, as with `noise`.

    missing : float, sequence of float or dict of {task: float}, default=0.0
        Fraction in [0, 1) of each task's labels that are missing, completely at random and
        independently between tasks: ``round(missing * n_samples)`` of them, but never all.

    signs : {"same", "random"}, default="same"
        Whether the common part enters all tasks with the same sign, or each one-column task with a
        random one.

    random_state : int, RandomState instance or None, default=None
        Seed; an int makes the data reproducible.

    return_truth : bool, default=False
        If True, return the truth behind the data as well.

    Returns
    -------
    X : ndarray of shape (n_samples, n_features)
        The inputs.

    y : TaskTargets of shape (n_samples, n_tasks)
        The targets, with their types declared and NaN where missing.

    truth : :class:`~sklearn.utils.Bunch`
        Only where ``return_truth=True``. A multiclass task has n_classes neighbouring columns, the
        others one.

        columns : dict of {task: slice}
            The columns of each task in what follows.
        coef : ndarray of shape (n_columns, n_features)
            Weights in the targets' units, ``shared_coef + specific_coef``.
        shared_coef : ndarray of shape (n_columns, n_features)
            The part that tasks share.
        specific_coef : ndarray of shape (n_columns, n_features)
            The part of each task alone.
        intercept : ndarray of shape (n_columns,)
            Intercepts in the targets' units.
        raw : ndarray of shape (n_samples, n_columns)
            ``X @ coef.T + intercept``: mean, log-odds, logits of the classes or log-mean.
        similarity : ndarray of shape (n_tasks, n_tasks)
            Correlation of the tasks' weights in expectation, signs included.
        signs, scales, noise : dict of {task: float}
            Sign of the common part, unit, and standard deviation of the noise in that unit; scales
            are 1 and noise is 0 where the task is no regression.
        informative : ndarray of shape (n_features,), dtype bool
            The features with weights other than zero.
        y_complete : TaskTargets of shape (n_samples, n_tasks)
            The targets with no label missing.

    Raises
    ------
    ValueError
        If a parameter breaks its rule. The message names the parameter, the rule and the value.

    See Also
    --------
    make_structured : Tasks that have features, directions, groups or an order in common.
    load_support2 : Real outcomes of patients in hospital.
    load_nhanes : Real health outcomes of US adults.

    Notes
    -----
    With r the relatedness, q_t the sign and s_t the scale of a one-column task, p = n_informative,
    and c and v_t drawn from a normal distribution with mean 0 and covariance I / p::

        w_t = s_t (q_t sqrt(r) c + sqrt(1 - r) v_t)

    so that the weights of two tasks have correlation q_t q_u r in expectation. This is the prior
    covariance (1 - r) I + r q q' of regularisation towards a common vector [1]_. The classes of a
    multiclass task have their own c_k and v_tk, centred to sum to zero over the classes (only
    contrasts matter to a softmax) and rescaled to keep their variance: two multiclass tasks share
    class by class, and a multiclass and a one-column task share nothing. Intercepts are normal with
    standard deviation 1/2, times s_t; those of a multiclass task sum to zero.

    The random numbers do not depend on `relatedness`, `signs`, `scales`, `noise` and `missing`:
    calls with one seed that differ in these alone have the same inputs and the same draws, and
    `missing` only hides labels.

    References
    ----------
    .. [1] Evgeniou T, Pontil M (2004). Regularized multi-task learning. Proceedings of the tenth
       ACM SIGKDD international conference on knowledge discovery and data mining, 109-117.

    Examples
    --------
    >>> from skmtl.datasets import make_multitask
    >>> X, y, truth = make_multitask(
    ...     n_samples=100,
    ...     task_types={"died": "binary", "stage": "multiclass", "days": "regression"},
    ...     scales={"days": 30.0},
    ...     missing={"stage": 0.4},
    ...     random_state=0,
    ...     return_truth=True,
    ... )
    >>> X.shape, y.shape
    ((100, 20), (100, 3))
    >>> int(y.observed("stage").sum())
    60
    >>> truth.coef[truth.columns["stage"]].shape
    (3, 20)
    >>> float(truth.similarity[0, 2])
    0.8
    """
    n_samples = check_integer("n_samples", n_samples, 1)
    n_features = check_integer("n_features", n_features, 1)
    n_informative = n_features if n_informative is None else n_informative
    layout = ColumnLayout(
        check_types(n_tasks, task_types), check_integer("n_classes", n_classes, 3)
    )
    missing = check_by_task("missing", missing, layout.tasks, PROPER_FRACTION, 0.0)
    check_flag("return_truth", return_truth)
    rules = WeightRules(
        n_features=n_features,
        n_informative=check_integer("n_informative", n_informative, 1, n_features),
        relatedness=check_number("relatedness", relatedness, FRACTION),
        random_signs=check_option("signs", signs, ("same", "random")) == "random",
        scales=layout.regression_numbers("scales", scales, POSITIVE),
        noise=layout.regression_numbers("noise", noise, NOT_NEGATIVE),
    )
    rng = check_random_state(random_state)

    X = rng.standard_normal((n_samples, n_features))
    truth = draw_weights(layout, rules, rng)
    truth.raw = X @ truth.coef.T + truth.intercept
    y, complete = draw_targets(layout, truth, missing, rng)
    if not return_truth:
        return X, y
    truth.y_complete = complete
    return X, y, truth
