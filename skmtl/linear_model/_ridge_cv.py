"""Ridge regressions that share, as strongly and as much as rows left out say."""

from functools import partial

import numpy as np

from ..metrics import TaskScorer
from ..model_selection import split_rows
from ..penalties import MeanRegularized
from ..tasks import as_regression, groups_of
from ..utils import POSITIVE, Boolean, Either, Number, OneOf, Several, warn
from ._base_cv import JointLinearModelCV
from ._choice import Choice
from ._cross_validate import splitter_of
from ._ridge_grid import (
    RidgeGrid,
    best,
    best_by_task,
    default_alphas,
    fold_errors,
    leave_one_out_errors,
    pooled_strengths,
    table,
)
from ._ridge_oof import predict_left_out
from ._scores import check_names
from .problems import Setup, label_weights


class MultiTaskRidgeCV(JointLinearModelCV):
    """Ridge regressions that share, as strongly and as much as rows left out say.

    MultiTaskRidge with ``alpha`` and ``sharing`` chosen: each row is predicted by the models fitted without it,
    exactly, though none is refitted.

    Parameters
    ----------
    alphas : None or sequence of float, default=None
        Strengths to choose from, above 0. None: 15 of them, from 0.0001 to 1000 times the total variance of the
        features (their second moment without intercepts). With targets of variance 1, a multiple suits tasks whose
        ratio of noise to signal is about that number.

    sharings : sequence of float, default=(0, 0.1, 0.25, 0.5, 0.75, 1)
        Sharings to choose from, from 0 (separate models) to 1 (one model up to signs).

    signs : {"learned", "same"}, default="learned"
        Whether tasks may share with opposite signs, learned from separate fits, or all share with the same.

    pool_intercept : bool, default=False
        Whether intercepts are drawn together too, as ``sharing`` says: for groups of samples as tasks.

    alpha_per_task : bool, default=True
        Whether each task has a strength of its own, drawn towards the common one. Otherwise all have the same.

    cv : None, int, splitter or iterable of (train, test), default=None
        None leaves out row by row, exactly; with ``groups``, in ``fit`` or carried by ``TaskTargets``, five folds of
        them. An integer is the number of folds of ``TaskStratifiedKFold``, shuffled, which keep groups together; a
        splitter of scikit-learn, or pairs of row numbers, say which rows are left out together.

    scoring : None, str, callable, dict of {task: str or callable} or task scorer, default=None
        What pairs of strength and sharing are compared by: a metric of numbers for all tasks or by task, as
        ``skmtl.metrics.task_scorer`` takes it, or what that makes. None is R2. Of several tasks it is the mean.

    store_oof : bool, default=False
        Whether to keep predictions of rows left out by models of the final strengths, as ``oof_prediction_``.

    random_state : int, RandomState instance or None, default=None
        Seed of the folds where ``cv`` is an integer, or None with groups.

    fit_intercept : bool, default=True
        Whether to fit intercepts; they are not penalised.

    scale_targets : bool, default=True
        Whether regression targets are divided by their standard deviations inside, so that one strength suits days
        and mg/dL. Coefficients and predictions are in the users' units all the same.

    task_weight : None, "balanced" or dict of {task: float}, default=None
        Weights c_t of the tasks. None: each labelled sample counts the same; "balanced": each task counts the same,
        however many labels it has. The choice weighs all tasks the same in either case.

    max_iter : int, default=1000
        Largest number of iterations of the solver.

    tol : float, default=1e-16
        The solver stops where its estimate of the distance of the objective to the optimum, relative to the value at
        the best constant prediction, is at most tol: an accuracy of predictions of about its square root.

    Attributes
    ----------
    alpha_ : float
        The common strength of the pair with the best mean score.

    sharing_ : float
        The sharing of that pair.

    task_alphas_ : dict of {task: float}
        The strength of each task in the final fit.

    penalty_ : MeanRegularized
        The penalty of the final fit.

    best_score_ : float
        The mean score of that pair, strengths being common to all tasks.

    best_index_ : int
        The row of that pair in ``cv_results_``.

    best_by_task_ : dict of {task: dict}
        What would have been best for each task alone: ``"alpha"``, ``"sharing"``, and its ``"score"`` there. NaN for a
        task that cannot be scored.

    cv_results_ : dict
        A row a pair: arrays ``"param_alpha"``, ``"param_sharing"``, ``"mean_test_score"``, ``"rank_test_score"`` and
        ``"mean_test_<task>"`` for each task that is scored; a list ``"params"``. Scores are of the rows left out.

    oof_decision_ : dict of {task: ndarray}, or ndarray for 1-D y
        With ``store_oof=True``, ``oof_prediction_`` as ``decision_function`` gives predictions.

    oof_prediction_ : TaskTargets, data frame or ndarray
        With ``store_oof=True``, what a model without the row, or without its fold, predicts for it in every task, at
        ``task_alphas_`` and ``sharing_``, in the kind of container that ``fit`` got. The mean where several folds
        test a row; NaN where none does, and where a label is its task's only one.

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
        Iterations of the solver in the final fit; 1 for a direct solution.

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
    MultiTaskRidge : One strength and one sharing.
    skmtl.linear_model.ridge_path : The coefficients of a whole grid.

    Notes
    -----
    **Leaving out rows.** A row is left out with all its labels, since they may have noise in common: with one label
    left out at a time, the row's other labels would tell of its noise, and unrelated tasks would look related. With
    e_i the errors of the tasks observed in row i in the fit of all rows, the errors of the fit without row i are

        (I - H_i R_i)^-1 e_i,    H_i[t, u] = x_i' A^-1[t, u] x_i,    R_i = diag(c_t s_it)

    A being the Hessian of the objective, intercepts included. This is what refitting gives, with the standard
    deviations of the targets and the learned signs kept: those are of all rows (signs are of the separate fits at
    each alpha). A weight says how much a row counts, not how many rows it stands for: where it is a number of
    copies, take ``cv``, and keep the copies together.

    **Score.** R2 of a task is 1 - sum_i s_it e_it^2 / sum_i s_it (y_it - mean y_t)^2, over all its labels, from all
    folds together. The pair with the best mean over tasks is taken; of equals the one with the least sharing, then
    with the largest alpha. A task with one label has no score, and a fold without labels of a task to learn from
    is not scored in it. Another ``scoring`` is likewise a metric of all rows left out together, not a mean over folds.

    **Strength by task.** With E_t(alpha) the mean squared error of task t at the chosen sharing and a strength common
    to all tasks, and n_t the number of its labels (their sample weight, if there is one), its strength minimises over
    ``alphas``, whatever ``scoring`` is,

        n_t / 2 log E_t(alpha) + (log alpha - log a)^2 / 2

    which few labels leave near a = ``alpha_``. No warning is given for a choice at the end of ``alphas``: for tasks
    that cannot be predicted the largest is right, and ``cv_results_`` shows it.

    **Cost.** With full labels, and weights that tasks have in common up to factors, one eigenproblem of the size
    m = min(n_samples, n_features) is solved, and a pair of the grid costs products of the size n_samples x m x n_tasks.
    Otherwise each task has one eigenproblem, and a pair costs products of n_labels x m x m and, for each row,
    the solution of as many equations as it has labels. Memory grows with n_tasks x m x m and with the labels, not with
    n_samples x n_tasks. The m x m matrices are dense, also where X is sparse.

    References
    ----------
    T. Evgeniou and M. Pontil (2004). Regularized multi-task learning. KDD, 109-117.

    R. Christensen, L. M. Pearson and W. Johnson (1992). Case-deletion diagnostics for mixed models. Technometrics 34,
    38-45.

    Examples
    --------
    >>> import numpy as np
    >>> from skmtl import MultiTaskRidgeCV
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(40, 10))
    >>> signal = X @ rng.normal(size=10)
    >>> y = {"days": signal + rng.normal(size=40), "cost": 2 - 9 * signal + 40 * rng.normal(size=40)}
    >>> y["cost"][::4] = np.nan
    >>> model = MultiTaskRidgeCV().fit(X, y)
    >>> model.sharing_
    0.75
    """

    _rules = JointLinearModelCV._rules | {
        "alphas": Either(OneOf(None), Several(POSITIVE)),
        "sharings": Several(Number(0.0, 1.0)),
        "alpha_per_task": Boolean(),
    }

    def __init__(
        self,
        alphas=None,
        sharings=(0.0, 0.1, 0.25, 0.5, 0.75, 1.0),
        *,
        signs="learned",
        pool_intercept=False,
        alpha_per_task=True,
        cv=None,
        scoring=None,
        store_oof=False,
        random_state=None,
        fit_intercept=True,
        scale_targets=True,
        task_weight=None,
        max_iter=1000,
        tol=1e-16,
    ):
        self.alphas = alphas
        self.sharings = sharings
        self.signs = signs
        self.pool_intercept = pool_intercept
        self.alpha_per_task = alpha_per_task
        self.cv = cv
        self.scoring = scoring
        self.store_oof = store_oof
        self.random_state = random_state
        self.fit_intercept = fit_intercept
        self.scale_targets = scale_targets
        self.task_weight = task_weight
        self.max_iter = max_iter
        self.tol = tol

    def fit(self, X, y, sample_weight=None, groups=None):
        """Fit the model, with the strength and the sharing that rows left out choose.

        Parameters
        ----------
        X : {array-like, data frame, CSR matrix} of shape (n_samples, n_features)
            Inputs.

        y : dict, TaskTargets, data frame, array-like of shape (n_samples,) or (n_samples, n_tasks)
            Targets, one column a task; NaN, None, ``pd.NA`` or null where a label was not observed.

        sample_weight : array-like of shape (n_samples,) or (n_samples, n_tasks), data frame or TaskTargets
            Weights of the samples, or of each sample in each task; all one by default.

        groups : array-like of shape (n_samples,), default=None
            Group of each sample, such as the patient; by default those of ``y``. Rows of a group are left out together,
            by default in five folds of groups.

        Returns
        -------
        self : object
            The fitted model.

        Raises
        ------
        ValueError
            If a parameter, a task or a weight breaks its rule. The message names it, the rule and the value.
        """
        return self._fit(X, y, sample_weight, partial(self._choose, groups))

    def _setup(self):
        penalty = MeanRegularized(signs=self.signs, pool_intercept=self.pool_intercept)
        return Setup(penalty, as_regression, scale_targets=self.scale_targets)

    def _choose(self, groups, fit_data, prepared, setup):
        """Choose the pair by rows left out, then the strengths of the tasks."""
        check_names(fit_data.targets)
        metrics = self._metrics(fit_data.targets.task_types)
        alphas = default_alphas(prepared) if self.alphas is None else list(self.alphas)
        sharings = np.array(list(self.sharings), dtype=np.float64)
        grid = RidgeGrid(np.array(alphas, np.float64), sharings, self.signs, self.pool_intercept)
        folds = self._folds(groups, fit_data, prepared)
        errors = self._errors(folds, fit_data, prepared, grid, metrics)
        tasks = fit_data.targets.tasks
        scored = tasks if metrics is None else tuple(metrics)
        i, j = best(grid, errors.mean_scores)
        by_task = dict.fromkeys(tasks, float(grid.alphas[i]))
        if self.alpha_per_task:
            strengths = pooled_strengths(errors, grid, i, j)
            by_task = dict(zip(tasks, strengths.tolist(), strict=True))
        is_common = len(set(by_task.values())) == 1
        alpha = by_task[tasks[0]] if is_common else by_task
        penalty = grid.penalty(alpha, float(grid.sharings[j]))
        learnt = {
            "alpha_": float(grid.alphas[i]),
            "sharing_": float(grid.sharings[j]),
            "task_alphas_": by_task,
            "penalty_": penalty,
            "best_index_": i * len(grid.sharings) + j,
            "best_score_": float(errors.mean_scores[i, j]),
            "best_by_task_": best_by_task(errors, grid, tasks, scored),
            "cv_results_": table(errors, grid, tasks, scored),
        }
        if self.store_oof:
            settings = self._settings()
            learnt["_oof_raw"] = predict_left_out(settings, folds, fit_data, prepared, penalty)
        return Choice(penalty, None, learnt)

    def _metrics(self, task_types):
        """Return the metric of each task that is scored; None for R2 of all."""
        if self.scoring is None:
            return None
        return TaskScorer.of(self.scoring).by_task(task_types, "scoring")

    def _folds(self, groups, fit_data, prepared):
        """Return the rows to fit to and to leave out by fold; None for leaving out each row."""
        n_samples = np.count_nonzero(label_weights(prepared.fits, fit_data.X.shape[0]))
        if n_samples < 2:
            raise ValueError(
                f"MultiTaskRidgeCV needs at least 2 samples with labels, to leave one out, got n_samples={n_samples}"
            )
        groups = groups_of(fit_data.targets, groups)
        if self.cv is None and groups is None:
            return None
        return split_rows(splitter_of(self), fit_data.X, fit_data.targets, groups=groups)

    def _settings(self):
        names = ("fit_intercept", "scale_targets", "task_weight", "max_iter", "tol")
        return {name: vars(self)[name] for name in names}

    def _errors(self, folds, fit_data, prepared, grid, metrics):
        """Return the errors of rows left out, by row or by fold."""
        if folds is None:
            errors = leave_one_out_errors(fit_data, prepared, grid, metrics)
        else:
            errors = fold_errors(fit_data, grid, folds, self._settings(), metrics)
        if np.isnan(errors.mean_scores).all():
            warn(
                "no task can be scored: each has targets that are all the same, or one label only; the strongest "
                "alpha and the least sharing are taken"
            )
        return errors
