"""Ridge regressions that share."""

from ..penalties import MeanRegularized
from ..tasks import as_regression
from ._base import JointLinearModel
from .problems import Setup


class MultiTaskRidge(JointLinearModel):
    """Ridge regressions of several tasks, each shrunk towards what the tasks share.

    Every task is a regression. Labels may be missing. With ``sharing=0`` each task is scikit-learn's Ridge.

    Parameters
    ----------
    alpha : float or dict of {task: float}, default=1.0
        Strength of the penalty, not negative; a dict gives each task its own. 0 leaves a task without a penalty:
        scikit-learn's LinearRegression, see Notes.

    sharing : float, default=0.25
        Correlation of the weight vectors a priori: 0 fits separate models, 1 one model up to signs. Tune it, 0
        included: sharing can hurt.

    signs : {"learned", "same"}, default="learned"
        Whether tasks may share with opposite signs, learned from separate fits, or all share with the same.

    pool_intercept : bool, default=False
        Whether intercepts are drawn together too, as ``sharing`` says: for groups of samples as tasks.

    fit_intercept : bool, default=True
        Whether to fit intercepts; they are not penalised.

    scale_targets : bool, default=True
        Whether regression targets are divided by their standard deviations inside, so that one strength suits days
        and mg/dL. Coefficients and predictions are in the users' units all the same.

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
        Coefficients in the units of the targets: a row a task.

    intercept_ : ndarray of shape (n_columns,)
        Intercepts.

    shared_coef_ : ndarray of shape (n_columns, n_features)
        The share of the common vector in each row of ``coef_``.

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
        Classes of each classification task: empty here.

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
    skmtl.linear_model.ridge_path : Many strengths and sharings at once.
    skmtl.penalties.MeanRegularized : The penalty.

    Notes
    -----
    The objective is

        sum_t c_t sum_i s_it (y_it - x_i W_t - b_t)^2 / 2  +  penalty(W)

    with W_t the weights of task t, c_t its ``task_weight``, s_it the sample weights of observed labels, and penalty(W)
    = alpha / 2 * trace(W K^-1 W'), K = (1 - sharing) I + sharing q q', q the signs. A label that is missing is not
    there: it neither counts nor keeps the sample from serving other tasks.
    With ``scale_targets`` y_t and W_t are those of the scaled targets. MultiTaskRidge(alpha, sharing=0) has the
    coefficients of Ridge(alpha / c_t).

    A task of strength 0 shares nothing, whatever ``sharing`` (below 1) says: its coefficients are those of its least
    squares alone, the shortest if there are several, and the others are fitted as without it. Features are independent
    where they are so at one scale each, so that none is lost beside others in larger units. Such a task is solved on
    a dense copy of its rows, whatever ``warm_start``.

    With all labels, and weights that tasks have in common, the solution is direct: one Gram matrix of size
    min(n_samples, n_features) and a Cholesky factor for each of the two eigenvalues of K. Else each task has a Gram
    matrix, summed from those of the samples with labels of the same tasks, of as many tasks at once as there
    are samples for. Where many are needed they are taken in single precision, and the solution is corrected by the
    gradient on the data as given, in double. Where they cost too much it is by conjugate gradients, preconditioned by
    the solution for all labels.

    References
    ----------
    T. Evgeniou and M. Pontil (2004). Regularized multi-task learning. KDD, 109-117.

    Examples
    --------
    >>> import numpy as np
    >>> from skmtl import MultiTaskRidge
    >>> X = np.array([[0.0, 1.0], [1.0, 0.0], [2.0, 1.0], [3.0, 0.0]])
    >>> y = {"days": [1.0, 3.0, np.nan, 7.0], "cost": [90.0, 310.0, 480.0, np.nan]}
    >>> model = MultiTaskRidge(alpha=0.1).fit(X, y)
    >>> model.predict(X)["cost"].round()
    array([ 99., 308., 473., 681.])
    """

    def __init__(
        self,
        alpha=1.0,
        sharing=0.25,
        *,
        signs="learned",
        pool_intercept=False,
        fit_intercept=True,
        scale_targets=True,
        task_weight=None,
        max_iter=1000,
        tol=1e-16,
        warm_start=False,
    ):
        self.alpha = alpha
        self.sharing = sharing
        self.signs = signs
        self.pool_intercept = pool_intercept
        self.fit_intercept = fit_intercept
        self.scale_targets = scale_targets
        self.task_weight = task_weight
        self.max_iter = max_iter
        self.tol = tol
        self.warm_start = warm_start

    def fit(self, X, y, sample_weight=None):
        return self._fit(X, y, sample_weight)

    def _setup(self):
        penalty = MeanRegularized(
            self.alpha, self.sharing, signs=self.signs, pool_intercept=self.pool_intercept
        )
        return Setup(penalty, as_regression, scale_targets=self.scale_targets)
