"""Simulated tasks whose weights have the structure that a penalty assumes."""

from typing import Any

import numpy as np
from sklearn.utils import Bunch, check_random_state

from ._checks import (
    FRACTION,
    NOT_NEGATIVE,
    PROPER_FRACTION,
    check_by_task,
    check_flag,
    check_integer,
    check_number,
    check_option,
)
from ._structures import STRUCTURES, WeightParts, set_apart
from ._truth import (
    INTERCEPT_SPREAD,
    ColumnLayout,
    check_types,
    draw_directions,
    draw_signs,
    draw_targets,
)

DEFAULTS = {
    "n_informative": 5,
    "n_specific": 2,
    "rank": 2,
    "n_clusters": 2,
    "n_steps": 1,
    "relatedness": 0.9,
}


def make_structured(
    n_samples: int = 200,
    n_features: int = 30,
    n_tasks: int | None = None,
    *,
    structure: str = "rows",
    n_informative: int | None = None,
    n_specific: int | None = None,
    rank: int | None = None,
    n_clusters: int | None = None,
    n_steps: int | None = None,
    relatedness: float | None = None,
    n_outliers: int = 0,
    signs: str = "same",
    task_types: Any = "regression",
    n_classes: int = 3,
    noise: Any = 1.0,
    missing: Any = 0.0,
    random_state: Any = None,
    return_truth: bool = False,
) -> Any:
    """Simulate tasks whose weights have the structure that a penalty assumes.

    What the weights of the tasks have in common is known, so that a fitted model can be compared with it. Tasks of
    all types can be mixed, and labels can be missing.

    Parameters
    ----------
    n_samples : int, default=200
        Number of samples.

    n_features : int, default=30
        Number of features, independent and standard normal.

    n_tasks : int or None, default=None
        Number of tasks; None means 10 where `task_types` is one type for all tasks, else what it lists.

    structure : str, default="rows"
        What the weights of the tasks have in common:

        - ``"rows"``: few features, the same for all tasks (`n_informative`);
        - ``"low_rank"``: all weight vectors are mixtures of a few (`rank`);
        - ``"clusters"``: groups of tasks, each around one vector (`n_clusters`, `relatedness`);
        - ``"common"``: all tasks around one vector (`relatedness`);
        - ``"dirty"``: few features that all tasks use, and others that one task uses alone (`n_informative`,
          `n_specific`);
        - ``"drift"``: few features whose weights change smoothly along the order of the tasks (`n_informative`,
          `relatedness`);
        - ``"steps"``: few features whose weights are constant along the order of the tasks but for jumps
          (`n_informative`, `n_steps`).

    n_informative : int or None, default=None
        Number of features that all tasks use; None means 5, or as many as there can be.

    n_specific : int or None, default=None
        Number of features more of each task, drawn for each from all others; None means 2, or as many as there can be.

    rank : int or None, default=None
        Number of vectors that weights are mixtures of; None means 2, or as many as there can be.

    n_clusters : int or None, default=None
        Number of groups of tasks, of sizes that differ by at most one; None means 2, or as many as there can be.

    n_steps : int or None, default=None
        Number of jumps of the weight of each feature, at places drawn for each; None means 1, or as many as there
        can be.

    relatedness : float in [0, 1] or None, default=None
        Correlation of the weights of tasks of one group, or of neighbours in ``"drift"``; None means 0.9.

    n_outliers : int, default=0
        Number of tasks, drawn at random, that have nothing in common with any other, and use all features.

    signs : {"same", "random"}, default="same"
        With ``"random"`` what a one-column task has in common with the others is multiplied by a random sign. That
        breaks the assumption of penalties that mind signs, and not that of the others.

    task_types : str, sequence of str or dict of {task: str}, default="regression"
        ``"regression"``, ``"binary"``, ``"multiclass"`` or ``"count"``: one for all tasks, one for each, or by name.
        Without a dict the tasks are called y0, y1, ...

    n_classes : int, default=3
        Number of classes, 0 to n_classes - 1, of each multiclass task; at least 3.

    noise : float, sequence of float or dict of {task: float}, default=1.0
        Standard deviation of the noise of regression targets, where the signal has about 1. Tasks of other types
        draw their targets from the model's distribution and have no noise besides.

    missing : float, sequence of float or dict of {task: float}, default=0.0
        Fraction in [0, 1) of each task's labels that are missing, completely at random and independently between
        tasks: ``round(missing * n_samples)`` of them, but never all.

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
        Only where ``return_truth=True``. A multiclass task has n_classes neighbouring columns, the others one.

        columns : dict of {task: slice}
            The columns of each task in what follows.
        coef : ndarray of shape (n_columns, n_features)
            Weights, ``shared_coef + specific_coef``.
        shared_coef : ndarray of shape (n_columns, n_features)
            The part that follows the structure.
        specific_coef : ndarray of shape (n_columns, n_features)
            The part of each task alone: all weights of outliers, the n_specific features of ``"dirty"``, deviations
            from the vector of the group in ``"clusters"`` and ``"common"``, else 0.
        intercept : ndarray of shape (n_columns,)
            Intercepts.
        raw : ndarray of shape (n_samples, n_columns)
            ``X @ coef.T + intercept``: mean, log-odds, logits of the classes or log-mean.
        signs, noise : dict of {task: float}
            Sign of what is shared, and standard deviation of the noise; 0 where the task is no regression.
        clusters : dict of {task: int}
            Group of each task, drawn for outliers too; only for ``"clusters"``.
        outliers : list of str
            Tasks that have nothing in common with any other.
        y_complete : TaskTargets of shape (n_samples, n_tasks)
            The targets with no label missing.

    Raises
    ------
    ValueError
        If a parameter breaks its rule, or is set where the structure has no use for it. The message names the
        parameter, the rule and the value.

    See Also
    --------
    make_multitask : Tasks around one vector, with units by task.

    Notes
    -----
    Entries of vectors are normal with mean 0 and such a variance that each column of ``raw`` has variance 1 in
    expectation, apart from the intercepts, which are normal with standard deviation 1/2. With p features that all
    tasks use and K_tu = relatedness^((t - u)^2), the weights of a feature in ``"drift"`` are normal with covariance
    K / p; those in ``"steps"`` have independent levels. In ``"dirty"`` both parts have half of the variance. With r
    the relatedness, c a vector of a group and v_t one of the task, weights in ``"clusters"`` and ``"common"`` are
    sqrt(r) c + sqrt(1 - r) v_t.

    The classes of a multiclass task have weights that sum to zero over the classes, since only contrasts matter to a
    softmax, and share one zero pattern. Groups, and the order in ``"drift"`` and ``"steps"``, join multiclass tasks
    with multiclass tasks, class by class, and others with others.

    Calls with one seed that differ in `n_outliers`, `signs`, `noise` and `missing` alone have the same inputs and the
    same draws.

    Examples
    --------
    >>> from skmtl.datasets import make_structured
    >>> X, y, truth = make_structured(
    ...     n_features=12,
    ...     n_tasks=4,
    ...     structure="dirty",
    ...     n_informative=3,
    ...     n_specific=1,
    ...     random_state=0,
    ...     return_truth=True,
    ... )
    >>> (truth.coef != 0).astype(int)
    array([[1, 0, 0, 0, 0, 0, 0, 1, 1, 0, 1, 0],
           [1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0],
           [1, 0, 0, 0, 0, 1, 0, 1, 1, 0, 0, 0],
           [1, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 1]])
    """
    check_flag("return_truth", return_truth)
    n_samples = check_integer("n_samples", n_samples, 1)
    n_features = check_integer("n_features", n_features, 1)
    n_tasks = 10 if n_tasks is None and isinstance(task_types, str) else n_tasks
    layout = ColumnLayout(
        check_types(n_tasks, task_types), check_integer("n_classes", n_classes, 3)
    )
    given = {
        "n_informative": n_informative,
        "n_specific": n_specific,
        "rank": rank,
        "n_clusters": n_clusters,
        "n_steps": n_steps,
        "relatedness": relatedness,
    }
    structure = check_option("structure", structure, list(STRUCTURES))
    sizes = check_sizes(structure, given, layout, n_features)
    n_outliers = check_integer("n_outliers", n_outliers, 0, len(layout.tasks) - 1)
    random_signs = check_option("signs", signs, ("same", "random")) == "random"
    noise = layout.regression_numbers("noise", noise, NOT_NEGATIVE)
    missing = check_by_task("missing", missing, layout.tasks, PROPER_FRACTION, 0.0)
    rng = check_random_state(random_state)

    X = rng.standard_normal((n_samples, n_features))
    parts = STRUCTURES[structure].draw(layout, n_features, rng, **sizes)
    parts = set_apart(parts, layout, rng, n_outliers)
    truth = assemble(parts, layout, random_signs, rng)
    truth.raw = X @ truth.coef.T + truth.intercept
    truth.noise = {task: noise.get(task, 0.0) for task in layout.tasks}
    partial, complete = draw_targets(layout, truth, missing, rng)
    if not return_truth:
        return X, partial
    truth.y_complete = complete
    return X, partial, truth


def check_sizes(
    structure: str, sizes: dict[str, Any], layout: ColumnLayout, n_features: int
) -> dict[str, int | float]:
    """Return the sizes that the structure has, each in its range; the others must be None."""
    n_tasks, used = len(layout.tasks), STRUCTURES[structure].sizes
    for name, value in sizes.items():
        if name not in used and value is not None:
            raise ValueError(f"{name} must be None where structure={structure!r}, got {value!r}")
    checked: dict[str, int | float] = {}
    for name in used:
        if name == "relatedness":
            value = DEFAULTS[name] if sizes[name] is None else sizes[name]
            checked[name] = check_number(name, value, FRACTION)
            continue
        low, high = {
            "n_informative": (1, n_features),
            "n_specific": (0, n_features - checked.get("n_informative", 0)),
            "rank": (1, min(n_features, layout.n_contrasts)),
            "n_clusters": (1, n_tasks),
            "n_steps": (0, n_tasks - 1),
        }[name]
        value = min(DEFAULTS[name], high) if sizes[name] is None else sizes[name]
        checked[name] = check_integer(name, value, low, int(high))
    return checked


def assemble(
    parts: WeightParts, layout: ColumnLayout, random_signs: bool, rng: np.random.RandomState
) -> Bunch:
    """Return the truth that does not depend on the samples."""
    signs = draw_signs(layout, random_signs, rng)
    bias = [draw_directions(width, 1, rng)[:, 0] for width in layout.widths.values()]
    sign_of_column = np.repeat(list(signs.values()), list(layout.widths.values()))
    shared = parts.shared * sign_of_column[:, None]
    return Bunch(
        columns=layout.columns,
        coef=shared + parts.specific,
        shared_coef=shared,
        specific_coef=parts.specific,
        intercept=INTERCEPT_SPREAD * np.concatenate(bias),
        signs=signs,
        **parts.facts,
    )
