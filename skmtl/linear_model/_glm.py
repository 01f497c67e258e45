"""Generalised linear models of any mix of tasks, tied by any penalty."""

from collections.abc import Mapping

from ..penalties import MeanRegularized, Penalty
from ..tasks import as_declared
from ..utils import Either, Instance, OneOf
from ._base import JointLinearModel
from .problems import Setup

UNTUNED = 30.0  # alpha where nobody chose it: python -m tests.benchmarks.defaults compares


class MultiTaskGLM(JointLinearModel):
    """Generalised linear models of any mix of tasks, tied by any penalty.

    Tasks are regressions, two or more classes, or counts; each has the loss that fits it. Labels may be missing.

    Parameters
    ----------
    penalty : Penalty, default=None
        What ties the tasks, from ``skmtl.penalties``; None stands for ``MeanRegularized(alpha=30)``, which was chosen
        on real tables with standardised inputs: see the user guide. To tune its parameters as ``penalty__alpha`` and
        ``penalty__sharing``, write it out: ``penalty=MeanRegularized()``. ``MeanRegularized(alpha=0)`` is no penalty:
        maximum likelihood of each task alone.

    task_types : "auto", str or dict of {task: str}, default="auto"
        Type of all tasks or by task: "regression", "binary", "multiclass" or "count". Those not named are inferred:
        strings, booleans and categories are classes, and so are numbers with at most two distinct values; other
        numbers are regressions.

    fit_intercept : bool, default=True
        Whether to fit intercepts; they are not penalised.

    scale_targets : bool, default=True
        Whether regression targets are divided by their standard deviations inside, so that one strength suits days
        and mg/dL. Coefficients and predictions are in the users' units all the same.

    class_weight : None, "balanced", or dict of {task: dict or "balanced"}, default=None
        Weights of classes by task; "balanced" makes the classes of a task weigh the same. For 1-D y also a dict of
        {class: float}.

    task_weight : None, "balanced" or dict of {task: float}, default=None
        Weights c_t of the tasks. None: each labelled sample counts the same; "balanced": each task counts the same,
        however many labels it has.

    max_iter : int, default=1000
        Largest number of iterations of the solver.

    tol : float, default=1e-16
        The solver stops where its estimate of the distance of the objective to the optimum, relative to the value at
        the best constant prediction, is at most tol, an accuracy of predictions of about its square root, and
        ``dual_gap_`` at most tol or 1e-10, whichever is larger. For penalties that are not smooth it stops by
        ``dual_gap_`` alone, and no smaller one than 1e-14 is asked for. Where the fit is near perfect, that is not
        relative to what is left of the objective.

    warm_start : bool, default=False
        Whether ``fit`` starts from the coefficients of the fit before.

    Attributes
    ----------
    coef_ : ndarray of shape (n_columns, n_features)
        Coefficients in the units of the targets: a row a task, or a class of a task with more than two.

    intercept_ : ndarray of shape (n_columns,)
        Intercepts.

    shared_coef_ : ndarray of shape (n_columns, n_features)
        The share of the common vector in each row of ``coef_``, where the penalty has one; 0 for a task
        with more than two classes that no other task has.

    specific_coef_ : ndarray of shape (n_columns, n_features)
        ``coef_ - shared_coef_``.

    components_ : dict of {str: ndarray of shape (n_columns, n_features)}
        The parts "shared" and "specific" of ``coef_``, where the penalty is on a sum: Dirty, RobustLowRank and
        RobustFeatures.

    task_covariance_ : ndarray of shape (n_columns, n_columns)
        The covariance that LearnedCovariance has learned.

    task_clusters_ : dict of {task: int}
        The cluster of each task that has labels enough, with Clustered.

    dual_gap_ : float
        Proof of optimality: an upper bound on how far the objective is above its minimum, relative to its value at
        the best constant prediction, taken on the data as given. A fit warns where it is above 1e-9 and above tol.

    n_iter_ : int
        Iterations of the solver, at most max_iter; 1 for a direct solution. Of penalties that are not smooth, fifty
        steps on the Gram matrix count as one.

    tasks_ : tuple of length n_tasks
        Names of the tasks.

    task_types_ : dict of {task: str}
        Type of each task.

    classes_ : dict of {task: ndarray}
        Classes of each binary or multiclass task.

    task_columns_ : dict of {task: slice}
        Rows of ``coef_`` that belong to each task.

    n_features_in_ : int
        Number of features seen in ``fit``.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, where X has names that are strings.

    Raises
    ------
    ValueError
        From ``fit``, if a parameter or the data break a rule; from ``score``, if no task can be scored.

    See Also
    --------
    MultiTaskRidge : Regressions alone.
    MultiTaskLogisticRegression : Classes alone.

    Notes
    -----
    The objective is

        sum_t c_t sum_i s_it loss_t(y_it, x_i W_t + b_t)  +  penalty(W)

    with W_t the weights of task t, c_t its ``task_weight`` and s_it the sample weights of observed labels. loss_t is
    (y - z)^2 / 2 for regressions (with ``scale_targets``, of scaled targets), the log loss for classes, and half the
    Poisson deviance, e^z - y z + y log y - y, for counts, whose prediction is the mean e^z. A label that is missing is
    not there. Penalties act on V = W diag(u), where u_t^2 is 1/4 for tasks with classes, the bound on their curvature,
    so that one strength suits all kinds of loss. The penalty's docstring has the rest.

    With quadratic penalties the solution is as in MultiTaskRidge where all tasks are regressions, else as in
    MultiTaskLogisticRegression. With the others, squared losses with all labels are solved on the Gram matrix, of a few
    features at a time where the penalty leaves features out, by accelerated proximal gradients; anything else by
    proximal Newton steps: see FISTA, WorkingSet and ProximalNewton in ``skmtl.solvers``.

    References
    ----------
    T. Evgeniou, C. A. Micchelli and M. Pontil (2005). Learning multiple tasks with kernel methods. Journal of
    Machine Learning Research 6, 615-637.

    Examples
    --------
    >>> import numpy as np
    >>> from skmtl import MultiTaskGLM
    >>> from skmtl.penalties import MeanRegularized
    >>> X = np.array([[0.0], [1.0], [2.0], [3.0]])
    >>> y = {"died": ["no", "no", "yes", None], "days": [2.0, 3.5, np.nan, 9.0]}
    >>> model = MultiTaskGLM(penalty=MeanRegularized(alpha=0.1)).fit(X, y)
    >>> model.predict(X)["died"]
    array(['no', 'no', 'yes', 'yes'], dtype='<U3')
    >>> model.predict_proba(X)["died"].shape
    (4, 2)
    """

    _rules = JointLinearModel._rules | {
        "penalty": Instance(Penalty, type(None)),
        "class_weight": Either(OneOf(None, "balanced"), Instance(Mapping)),
    }

    def __init__(
        self,
        penalty=None,
        *,
        task_types="auto",
        fit_intercept=True,
        scale_targets=True,
        class_weight=None,
        task_weight=None,
        max_iter=1000,
        tol=1e-16,
        warm_start=False,
    ):
        self.penalty = penalty
        self.task_types = task_types
        self.fit_intercept = fit_intercept
        self.scale_targets = scale_targets
        self.class_weight = class_weight
        self.task_weight = task_weight
        self.max_iter = max_iter
        self.tol = tol
        self.warm_start = warm_start

    def fit(self, X, y, sample_weight=None):
        return self._fit(X, y, sample_weight)

    def _setup(self):
        return Setup(
            MeanRegularized(UNTUNED) if self.penalty is None else self.penalty,
            as_declared(self.task_types),
            class_weight=self.class_weight,
            scale_targets=self.scale_targets,
            balance_losses=True,
        )
