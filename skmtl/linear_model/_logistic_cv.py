"""Logistic regressions that share, as strongly and as much as cross-validation says."""

from numbers import Integral
from typing import ClassVar

import numpy as np

from ..penalties import MeanRegularized
from ..tasks import as_classes
from ..utils import (
    POSITIVE,
    CallbackSupport,
    Either,
    Jobs,
    Number,
    OneOf,
    Several,
    with_callbacks,
)
from ._base_cv import JointLinearModelCV
from ._cross_validate import Grid, Tuning
from ._logistic import MultiTaskLogisticRegression
from .problems import Setup

C_RANGE = (1e-4, 1e4)
"""As in scikit-learn's LogisticRegressionCV."""


class MultiTaskLogisticRegressionCV(CallbackSupport, JointLinearModelCV):
    """Logistic regressions that share, as strongly and as much as cross-validation says.

    MultiTaskLogisticRegression with ``C`` and ``sharing`` chosen.

    Parameters
    ----------
    Cs : int or sequence of float, default=10
        Inverse strengths to choose from, above 0. A number says how many there are, evenly spaced in logarithms from
        1e-4 to 1e4.

    sharings : sequence of float, default=(0, 0.25, 0.5, 0.75)
        Sharings to choose from, from 0 (separate models) to 1 (one model up to signs).

    signs : {"learned", "same"}, default="learned"
        Whether tasks may share with opposite signs, learned from separate fits, or all share with the same.

    pool_intercept : bool, default=False
        Whether intercepts are drawn together too, as ``sharing`` says: for groups of samples as tasks.

    cv : None, int, splitter or iterable of (train, test), default=None
        Folds: ``TaskStratifiedKFold(5)``, or with as many folds as the number says, shuffled; or a splitter of
        scikit-learn; or pairs of row numbers.

    scoring : None, str, callable, dict of {task: str or callable} or task scorer, default=None
        What is compared: a metric for all tasks or by task, as ``skmtl.metrics.task_scorer`` takes it, or what that
        makes. None is the fraction of deviance explained, as in ``score``. Of several tasks it is the mean.

    select : {"best", "1se"}, default="best"
        "best" takes the best mean score; "1se" the smallest ``C`` beside it, at the same sharing,
        that is worse by at most one standard error of the mean difference, which folds give in pairs.

    n_jobs : int, default=None
        Number of folds fitted at the same time, through joblib; None is one, -1 all processors. Inside
        ``joblib.parallel_config(backend=...)`` also on the workers of Dask or Ray.

    random_state : int, RandomState instance or None, default=None
        Seed of the folds where ``cv`` is None or a number.

    verbose : int, default=0
        1 prints a line a fold, 2 also a line a point.

    store_oof : bool, default=False
        Whether to keep out-of-fold predictions at the point that was chosen, as
        ``oof_prediction_`` and the like.

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
        the best constant prediction, is at most tol: an accuracy of predictions of about its square root.

    Attributes
    ----------
    C_ : float
        The inverse strength that was chosen, for all tasks.

    sharing_ : float
        The sharing that was chosen.

    Cs_ : ndarray of shape (n_Cs,)
        The inverse strengths, the smallest first.

    sharings_ : ndarray of shape (n_sharings,)
        The sharings, the smallest first.

    penalty_ : MeanRegularized
        The penalty of the final fit.

    best_index_ : int
        Position of what was chosen in the arrays of ``cv_results_``.

    best_score_ : float
        Mean score of what was chosen.

    best_by_task_ : dict of {task: dict}
        What would have been best for each task alone: ``"C"``, ``"sharing"``, and its mean ``"score"`` there. NaN for a
        task that no fold can score.

    cv_results_ : dict of {str: ndarray of shape (n_Cs * n_sharings,)}
        Scores as scikit-learn's searches have them: ``"param_C"``, ``"param_sharing"``, ``"params"``,
        ``"mean_test_score"``, ``"std_test_score"``, ``"rank_test_score"``, ``"split0_test_score"``, ...; and of each
        task that is scored ``"mean_test_<task>"``, ``"std_test_<task>"``, ``"split0_test_<task>"``, ...

    oof_decision_ : dict of {task: ndarray}, or ndarray for 1-D y
        With ``store_oof=True``, what ``decision_function`` of the model fitted without the fold of a row says of it,
        at ``C_`` and ``sharing_``: the mean where several folds test a row, NaN where none does.

    oof_probability_ : dict of {task: ndarray of shape (n_samples, n_classes)}, or ndarray for 1-D y
        The same for ``predict_proba``.

    oof_prediction_ : TaskTargets, data frame or ndarray
        The same for ``predict``, in the kind of container that ``fit`` got; None for a class that is not known.

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
        From ``fit``, if a parameter or the data break a rule, or if no task can be scored in any fold; from
        ``score``, if no task can be scored.

    Warns
    -----
    UserWarning
        If tasks are left out of folds in which they have too few labels to be fitted or scored.

    See Also
    --------
    MultiTaskLogisticRegression : One strength and one sharing.
    MultiTaskGLMCV : Any mix of kinds of tasks, any penalty.
    sklearn.linear_model.LogisticRegressionCV : One task.

    Notes
    -----
    The objective is that of MultiTaskLogisticRegression. In each fold, strengths and sharings are fitted from the
    strongest penalty on, each from a fit beside it; so is the chosen sharing on all rows, down to the chosen strength.
    Types and classes of the tasks are those of all rows in every fold. Sample weights count in fits and in scores. A
    task that a fold cannot fit or score (one class only, no label) is left out of that fold's mean. Of equal scores
    the one with the smallest C is taken, then the one with the least sharing.

    Unlike in LogisticRegressionCV the default score is the fraction of deviance explained, not accuracy, and the final
    model is always fitted to all rows.

    Rows that belong together, such as visits of a patient, must not be split: give their ``groups`` to ``fit``.

    With scikit-learn 1.9 or later, callbacks set by ``set_callbacks`` are called for each fold and each point; along
    the path on all rows they see the model of each point. That they ask to stop is not followed.

    References
    ----------
    T. Evgeniou and M. Pontil (2004). Regularized multi-task learning. KDD, 109-117.

    Examples
    --------
    >>> import numpy as np
    >>> from skmtl import MultiTaskLogisticRegressionCV
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(80, 5))
    >>> risk = X @ [1.0, -1.0, 0.5, 0.0, 0.0]
    >>> y = {name: np.where(risk > rng.normal(size=80), "yes", "no") for name in ("died", "icu")}
    >>> model = MultiTaskLogisticRegressionCV(Cs=[0.01, 0.1, 1, 10], random_state=0).fit(X, y)
    >>> model.C_, model.sharing_
    (1.0, 0.75)
    """

    _only_classes: ClassVar[bool] = True
    _rules = (
        JointLinearModelCV._rules
        | MultiTaskLogisticRegression._rules
        | {
            "Cs": Either(Number(1, whole=True), Several(POSITIVE)),
            "sharings": Several(Number(0.0, 1.0)),
            "select": OneOf("best", "1se"),
            "n_jobs": Jobs(),
            "verbose": Number(0, whole=True),
        }
    )

    def __init__(
        self,
        Cs=10,
        sharings=(0.0, 0.25, 0.5, 0.75),
        *,
        signs="learned",
        pool_intercept=False,
        cv=None,
        scoring=None,
        select="best",
        n_jobs=None,
        random_state=None,
        verbose=0,
        store_oof=False,
        fit_intercept=True,
        class_weight=None,
        task_weight=None,
        max_iter=1000,
        tol=1e-16,
    ):
        self.Cs = Cs
        self.sharings = sharings
        self.signs = signs
        self.pool_intercept = pool_intercept
        self.cv = cv
        self.scoring = scoring
        self.select = select
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.verbose = verbose
        self.store_oof = store_oof
        self.fit_intercept = fit_intercept
        self.class_weight = class_weight
        self.task_weight = task_weight
        self.max_iter = max_iter
        self.tol = tol

    @with_callbacks
    def fit(self, X, y, sample_weight=None, groups=None):
        """Fit the model, with the strength and the sharing that cross-validation chooses.

        Parameters
        ----------
        X : {array-like, data frame, CSR matrix} of shape (n_samples, n_features)
            Inputs.

        y : dict, TaskTargets, data frame, array-like of shape (n_samples,) or (n_samples, n_tasks)
            Classes, one column a task; NaN, None, ``pd.NA`` or null where a label was not observed.

        sample_weight : array-like of shape (n_samples,) or (n_samples, n_tasks), data frame or TaskTargets
            Weights of the samples, or of each sample in each task; all one by default.

        groups : array-like of shape (n_samples,), default=None
            Group of each sample, such as the patient. The default folds, and splitters that know groups, never split
            one.

        Returns
        -------
        self : object
            The fitted model.

        Raises
        ------
        ValueError
            If a parameter, a task or a weight breaks its rule. The message names it, the rule and the value.
        """
        context = self._init_callback_context(max_subtasks=2)
        given = {"X": X, "y": y, "sample_weight": sample_weight, "groups": groups}
        return Tuning(self, context, given, self._grid, self._report).fit()

    def _setup(self):
        return Setup(
            self._penalty(1.0, max(self.sharings)), as_classes, class_weight=self.class_weight
        )

    def _penalty(self, C, sharing):
        return MeanRegularized(
            1.0 / C, sharing, signs=self.signs, pool_intercept=self.pool_intercept
        )

    def _grid(self, prepared, setup):
        """Return the penalty of each pair, those of one C in a row."""
        several = not isinstance(self.Cs, Integral)
        Cs = np.unique(self.Cs).astype(float) if several else np.geomspace(*C_RANGE, self.Cs)
        sharings = np.unique(self.sharings).astype(float)
        penalties = [[self._penalty(C, s) for s in sharings.tolist()] for C in Cs.tolist()]
        grids = np.meshgrid(Cs, sharings, indexing="ij")
        return Grid(penalties, dict(zip(("C", "sharing"), grids, strict=True)))

    def _report(self, selection):
        params = selection.grid.params
        return {
            "C_": selection.param("C"),
            "sharing_": selection.param("sharing"),
            "Cs_": params["C"][:, 0],
            "sharings_": params["sharing"][0],
        }
