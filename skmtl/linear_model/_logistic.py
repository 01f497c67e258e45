"""Logistic regressions that share."""

from collections.abc import Mapping
from typing import ClassVar

from ..penalties import MeanRegularized
from ..tasks import as_classes
from ..utils import POSITIVE_OR_INFINITE, Either, Instance, OneOf, PerTask
from ._base import JointLinearModel
from .problems import Setup


class MultiTaskLogisticRegression(JointLinearModel):
    """Logistic regressions of several tasks, each shrunk towards what the tasks share.

    Every task has classes, two or more. Labels may be missing. With ``sharing=0`` each task is scikit-learn's
    LogisticRegression.

    Parameters
    ----------
    C : float or dict of {task: float}, default=1.0
        Inverse of the strength of the penalty, above 0; a dict gives each task its own. ``np.inf`` leaves a task
        without a penalty, as ``LogisticRegression(C=np.inf)`` does, see Notes.

    sharing : float, default=0.25
        Correlation of the weight vectors a priori: 0 fits separate models, 1 one model up to signs. Tune it, 0
        included: sharing can hurt.

    signs : {"learned", "same"}, default="learned"
        Whether tasks may share with opposite signs, learned from separate fits, or all share with the same.

    pool_intercept : bool, default=False
        Whether intercepts are drawn together too, as ``sharing`` says: for groups of samples as tasks.

    fit_intercept : bool, default=True
        Whether to fit intercepts; they are not penalised.

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
        ``dual_gap_`` at most tol or 1e-10, whichever is larger.

    warm_start : bool, default=False
        Whether ``fit`` starts from the coefficients of the fit before.

    Attributes
    ----------
    coef_ : ndarray of shape (n_columns, n_features)
        Coefficients in the units of the targets: a row a task, or a class of a task with more than two.

    intercept_ : ndarray of shape (n_columns,)
        Intercepts.

    shared_coef_ : ndarray of shape (n_columns, n_features)
        The share of the common vector in each row of ``coef_``; 0 for a task with more than two classes
        that no other task has.

    specific_coef_ : ndarray of shape (n_columns, n_features)
        ``coef_ - shared_coef_``.

    dual_gap_ : float
        Proof of optimality: an upper bound on how far the objective is above its minimum, relative to its value at
        the best constant prediction, taken on the data as given. A fit warns where it is above 1e-9 and above tol.

    n_iter_ : int
        Iterations of the solver, at most max_iter; 1 for a direct solution.

    tasks_ : tuple of length n_tasks
        Names of the tasks.

    task_types_ : dict of {task: str}
        Type of each task.

    classes_ : dict of {task: ndarray}
        Classes of each task.

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
    MultiTaskGLM : Any mix of kinds of tasks, any penalty.
    skmtl.penalties.MeanRegularized : The penalty.

    Notes
    -----
    The objective is

        sum_t c_t sum_i s_it loss_t(y_it, x_i W_t + b_t)  +  penalty(W)

    with W_t the weights of task t, c_t its ``task_weight``, s_it the sample weights of observed labels, and penalty(W)
    = alpha / 2 * trace(W K^-1 W'), K = (1 - sharing) I + sharing q q', q the signs. A label that is missing is not
    there: it neither counts nor keeps the sample from serving other tasks.
    alpha is 1 / C, and loss_t the log loss of two classes, or of several with a softmax. Tasks with more than two
    classes share with tasks that have the same classes, class by class. Intercepts of several classes sum to zero.
    MultiTaskLogisticRegression(C, sharing=0) has the coefficients of LogisticRegression(C).

    A task with an infinite C shares nothing, whatever ``sharing`` (below 1) says: its coefficients are those of maximum
    likelihood alone, the shortest if there are several, and the others are fitted as without it. Where features
    separate its classes there are none: ``fit`` warns with a ConvergenceWarning that names the task, and stops where
    the likelihood is the largest but for 1e-10. Such a task is solved on a dense copy of its rows,
    whatever ``warm_start``.

    All tasks are fitted at once by L-BFGS, preconditioned by the Gram matrix and the mean curvature of each task.

    References
    ----------
    T. Evgeniou and M. Pontil (2004). Regularized multi-task learning. KDD, 109-117.

    Examples
    --------
    >>> import numpy as np
    >>> from skmtl import MultiTaskLogisticRegression
    >>> X = np.array([[0.0], [1.0], [2.0], [3.0]])
    >>> y = {"died": ["no", "no", "yes", None], "icu": ["no", None, "yes", "yes"]}
    >>> model = MultiTaskLogisticRegression().fit(X, y)
    >>> model.predict(X)["died"]
    array(['no', 'no', 'yes', 'yes'], dtype='<U3')
    """

    _only_classes: ClassVar[bool] = True
    _rules = JointLinearModel._rules | {
        "C": Either(POSITIVE_OR_INFINITE, PerTask(POSITIVE_OR_INFINITE)),
        "class_weight": Either(OneOf(None, "balanced"), Instance(Mapping)),
    }

    def __init__(
        self,
        C=1.0,
        sharing=0.25,
        *,
        signs="learned",
        pool_intercept=False,
        fit_intercept=True,
        class_weight=None,
        task_weight=None,
        max_iter=1000,
        tol=1e-16,
        warm_start=False,
    ):
        self.C = C
        self.sharing = sharing
        self.signs = signs
        self.pool_intercept = pool_intercept
        self.fit_intercept = fit_intercept
        self.class_weight = class_weight
        self.task_weight = task_weight
        self.max_iter = max_iter
        self.tol = tol
        self.warm_start = warm_start

    def fit(self, X, y, sample_weight=None):
        return self._fit(X, y, sample_weight)

    def _setup(self):
        alpha = (
            {task: 1.0 / C for task, C in self.C.items()}
            if isinstance(self.C, Mapping)
            else 1.0 / self.C
        )
        penalty = MeanRegularized(
            alpha, self.sharing, signs=self.signs, pool_intercept=self.pool_intercept
        )
        return Setup(penalty, as_classes, class_weight=self.class_weight)
