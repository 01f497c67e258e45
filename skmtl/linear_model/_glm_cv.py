"""Generalised linear models of any mix of tasks, with the strength of their penalty chosen by cross-validation."""

from ..penalties import MeanRegularized
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
from ._glm import MultiTaskGLM
from ._warm_path import multiples


class MultiTaskGLMCV(CallbackSupport, JointLinearModelCV):
    """Generalised linear models of any mix of tasks, with the strength of their penalty chosen by cross-validation.

    MultiTaskGLM with the strengths of its penalty multiplied by a number, the best of a path.

    Parameters
    ----------
    penalty : Penalty, default=None
        What ties the tasks, from ``skmtl.penalties``; None stands for ``MeanRegularized()``. All its strengths
        are multiplied by the same number, so that of a penalty with several only their ratios matter here.

    alphas : int or sequence of float, default=30
        What the strengths are multiplied by. A number says how many there are, evenly spaced in logarithms from the
        top of the path down to ``eps`` times that. The top makes all coefficients zero where any number does, else it
        leaves the model at most 1 % of the loss to explain; it is taken from all rows, so that folds share it.

    eps : float, default=1e-3
        The least multiple relative to the largest, where ``alphas`` is a number; ``eps**1.5`` where none makes all
        coefficients zero.

    cv : None, int, splitter or iterable of (train, test), default=None
        Folds: ``TaskStratifiedKFold(5)``, or with as many folds as the number says, shuffled; or a splitter of
        scikit-learn; or pairs of row numbers.

    scoring : None, str, callable, dict of {task: str or callable} or task scorer, default=None
        What is compared: a metric for all tasks or by task, as ``skmtl.metrics.task_scorer`` takes it, or what that
        makes. None is the fraction of deviance explained, as in ``score``. Of several tasks it is the mean.

    select : {"best", "1se"}, default="best"
        "best" takes the best mean score; "1se" the strongest penalty that is worse by at most one
        standard error of the mean difference, which folds give in pairs.

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
        the best constant prediction, is at most tol: an accuracy of predictions of about its square root. For
        penalties that are not smooth fits that are only scored stop at a ``dual_gap_`` of 1e-6.

    Attributes
    ----------
    alpha_ : float
        The multiple that was chosen, for all tasks.

    alphas_ : ndarray of shape (n_alphas,)
        The multiples, the largest first.

    penalty_ : Penalty
        The penalty of the final fit: ``penalty`` with its strengths multiplied by ``alpha_``.

    best_index_ : int
        Position of ``alpha_`` in ``alphas_``, and in the arrays of ``cv_results_``.

    best_score_ : float
        Mean score at ``alpha_``.

    best_by_task_ : dict of {task: dict}
        What would have been best for each task alone: ``"alpha"``, and its mean ``"score"`` there. NaN for a task that
        no fold can score.

    cv_results_ : dict of {str: ndarray of shape (n_alphas,)}
        Scores as scikit-learn's searches have them: ``"param_alpha"``, ``"params"``, ``"mean_test_score"``,
        ``"std_test_score"``, ``"rank_test_score"``, ``"split0_test_score"``, ...; and of each task that is scored
        ``"mean_test_<task>"``, ``"std_test_<task>"``, ``"split0_test_<task>"``, ...

    oof_decision_ : dict of {task: ndarray}, or ndarray for 1-D y
        With ``store_oof=True``, what ``decision_function`` of the model fitted without the fold of a row says of it,
        at ``alpha_``: the mean where several folds test a row, NaN where none does.

    oof_probability_ : dict of {task: ndarray of shape (n_samples, n_classes)}, or ndarray for 1-D y
        The same for ``predict_proba``.

    oof_prediction_ : TaskTargets, data frame or ndarray
        The same for ``predict``, in the kind of container that ``fit`` got; None for a class that is not known.

    coef_ : ndarray of shape (n_columns, n_features)
        Coefficients in the units of the targets: a row a task, or a class of a task with more than two.

    intercept_ : ndarray of shape (n_columns,)
        Intercepts.

    shared_coef_ : ndarray of shape (n_columns, n_features)
        The share of the common vector in each row of ``coef_``, where the penalty has one; 0 for a task
        with more than two classes that no other task has.

    specific_coef_ : ndarray of shape (n_columns, n_features)
        ``coef_ - shared_coef_``.

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
        From ``fit``, if a parameter or the data break a rule, or if no task can be scored in any fold; from
        ``score``, if no task can be scored.

    Warns
    -----
    UserWarning
        If tasks are left out of folds in which they have too few labels to be fitted or scored.

    See Also
    --------
    MultiTaskGLM : The model, with a penalty that is given.
    skmtl.linear_model.regularization_path : Coefficients along the path.
    sklearn.model_selection.GridSearchCV : For several penalties, or other parameters of one.

    Notes
    -----
    The objective is that of MultiTaskGLM. In each fold the path is fitted from its strongest penalty on, each fit from
    the one before; so it is on all rows, down to the penalty that was chosen. Types and classes of the tasks are
    those of all rows in every fold. Sample weights count in fits and in scores. A task that a fold cannot fit or
    score (one class only, no label) is left out of that fold's mean.

    Rows that belong together, such as visits of a patient, must not be split: give their ``groups`` to ``fit``.
    One strength serves all tasks, and ``best_by_task_`` says which would have suited each.

    With scikit-learn 1.9 or later, callbacks set by ``set_callbacks`` are called for each fold and each point; along
    the path on all rows they see the model of each point. That they ask to stop is not followed.

    References
    ----------
    J. Friedman, T. Hastie and R. Tibshirani (2010). Regularization paths for generalized linear models via coordinate
    descent. Journal of Statistical Software 33 (1).

    Examples
    --------
    >>> import numpy as np
    >>> from skmtl import MultiTaskGLMCV
    >>> from skmtl.penalties import MeanRegularized
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(60, 5))
    >>> risk = X @ [1.0, -1.0, 0.5, 0.0, 0.0]
    >>> y = {"died": np.where(risk > rng.normal(size=60), "yes", "no"), "days": 5 - risk + rng.normal(size=60)}
    >>> model = MultiTaskGLMCV(MeanRegularized(sharing=0.5), alphas=[0.1, 1, 10, 100], random_state=0).fit(X, y)
    >>> model.alpha_
    10.0
    >>> model.penalty_
    MeanRegularized(alpha=10.0, sharing=0.5)
    """

    _rules = (
        JointLinearModelCV._rules
        | MultiTaskGLM._rules
        | {
            "alphas": Either(Number(1, whole=True), Several(POSITIVE)),
            "eps": Number(0.0, 1.0, closed=False),
            "select": OneOf("best", "1se"),
            "n_jobs": Jobs(),
            "verbose": Number(0, whole=True),
        }
    )

    def __init__(
        self,
        penalty=None,
        *,
        alphas=30,
        eps=1e-3,
        cv=None,
        scoring=None,
        select="best",
        n_jobs=None,
        random_state=None,
        verbose=0,
        store_oof=False,
        task_types="auto",
        fit_intercept=True,
        scale_targets=True,
        class_weight=None,
        task_weight=None,
        max_iter=1000,
        tol=1e-16,
    ):
        self.penalty = penalty
        self.alphas = alphas
        self.eps = eps
        self.cv = cv
        self.scoring = scoring
        self.select = select
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.verbose = verbose
        self.store_oof = store_oof
        self.task_types = task_types
        self.fit_intercept = fit_intercept
        self.scale_targets = scale_targets
        self.class_weight = class_weight
        self.task_weight = task_weight
        self.max_iter = max_iter
        self.tol = tol

    @with_callbacks
    def fit(self, X, y, sample_weight=None, groups=None):
        """Fit the model, with the strength that cross-validation chooses.

        Parameters
        ----------
        X : {array-like, data frame, CSR matrix} of shape (n_samples, n_features)
            Inputs.

        y : dict, TaskTargets, data frame, array-like of shape (n_samples,) or (n_samples, n_tasks)
            Targets, one column a task; NaN, None, ``pd.NA`` or null where a label was not observed.

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
        return MultiTaskGLM(
            MeanRegularized() if self.penalty is None else self.penalty,
            task_types=self.task_types,
            scale_targets=self.scale_targets,
            class_weight=self.class_weight,
        )._setup()

    def _grid(self, prepared, setup):
        """Return the penalty at each multiple, a row each."""
        alphas = multiples(self.alphas, self.eps, prepared, setup.penalty, self.max_iter)
        penalties = [[setup.penalty.scaled(alpha)] for alpha in alphas.tolist()]
        return Grid(penalties, {"alpha": alphas[:, None]})

    def _report(self, selection):
        return {"alpha_": selection.param("alpha"), "alphas_": selection.grid.params["alpha"][:, 0]}
