"""IndependentTasks: an ordinary scikit-learn estimator for each of several tasks."""

from collections.abc import Hashable, Mapping
from typing import Any, ClassVar

from sklearn.utils.metaestimators import available_if
from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.validation import check_is_fitted

from ..base import JointModel
from ..heads import Head, Predictions, fit_weights
from ..linear_model import MultiTaskGLM, MultiTaskLogisticRegression, MultiTaskRidge
from ..penalties import MeanRegularized
from ..tasks import FitData, check_predict_around
from ..utils import Jobs, Rule
from ._by_task import all_estimators, estimators_of, params_by_task, with_params
from ._joined import input_tags_of
from ._members import fit_member, lacks_of_members, members_of, predictions_of
from ._partial import begin, can_learn_parts, go_on
from ._rules import OfOneTask
from ._tasks import read_tasks


class IndependentTasks(JointModel):
    """An ordinary scikit-learn estimator for each of several tasks, none of which knows of the others.

    It makes a joint model of any classifier and regressor: targets of mixed types with missing labels in, predictions
    by task out. As a model it shares nothing: it is what models that share have to beat.

    Parameters
    ----------
    classifier : estimator or dict of {task: estimator}, default=None
        What each task with classes gets a clone of. It needs ``predict_proba`` for probabilities and D2. A joint
        estimator, such as ``MultiTaskGLM()``, is fitted to each task alone. None is
        ``MultiTaskLogisticRegression(sharing=0)``, the optimum of scikit-learn's ``LogisticRegression()``. A dict, here
        or in the next two, gives single tasks other estimators, whatever their types are.

    regressor : estimator or dict of {task: estimator}, default=None
        The same for regression tasks. None is ``MultiTaskRidge(sharing=0)``, scikit-learn's ``Ridge()``, and as exact
        for sparse X.

    counter : estimator or dict of {task: estimator}, default=None
        The same for tasks of type "count", whose predictions are means; means below zero become zero. None is
        ``MultiTaskGLM(MeanRegularized(alpha=1, sharing=0))``, the optimum of scikit-learn's
        ``PoissonRegressor(alpha=1 / n)``, n the sum of the task's weights.

    task_types : "auto", str or dict of {task: str}, default="auto"
        Type of all tasks or by task: "regression", "binary", "multiclass" or "count". Those not named are inferred:
        strings, booleans and categories are classes, and so are numbers with at most two distinct values; other
        numbers are regressions.

    n_jobs : int, default=None
        Number of tasks fitted at the same time; None is one, -1 all processors.

    Attributes
    ----------
    estimators_ : dict of {task: estimator}
        The fitted estimator of each task that has labels enough; of a joint estimator its one-task view.

    tasks_ : tuple
        Names of the tasks.

    task_types_ : dict of {task: str}
        Type of each task.

    classes_ : dict of {task: ndarray}
        Sorted classes of each binary or multiclass task.

    task_columns_ : dict of {task: slice}
        Columns that belong to each task where all decision values stand side by side.

    n_features_in_ : int
        Number of features seen in ``fit``.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, where X has names that are strings.

    Raises
    ------
    ValueError
        From ``fit``, if a parameter or the data break a rule.

    See Also
    --------
    StackedTasks : The same, with the predictions of all tasks as further inputs.
    GatedTasks : A weighted mean of a joint model and of this, by task.

    Notes
    -----
    The default estimators minimise the sum over labels of sample weight times loss, plus ||w||^2 / 2: one prior for
    tasks of all types. (``PoissonRegressor()``, whose loss is a mean over the labels, shrinks n times as much.)

    Each estimator sees the rows in which its task has a label of weight above zero, and X in the kind of table that
    fit_data: a data frame stays one. Sample weights go to all estimators; those of a pipeline to its last step.

    ``predict`` is what the estimators predict, at whatever threshold they have. ``decision_function`` is their own
    where they have one, else the log-odds (or logarithms, for several classes) of probabilities; it is the prediction
    of a regression and the logarithm of a mean count.

    Parameters of the estimator of one task are called ``classifier__died__C``, after the dict that names the task, in
    ``get_params``, ``set_params`` and searches. A task that is in no dict has the estimator of its type, unless that is
    a dict, too.

    Where estimators have ``partial_fit`` (``SGDClassifier``, ``MLPRegressor``, ``MultiTaskMLP``), so has the model.

    A class that a task is known to have, but that has no label, gets probability 0. A task that was declared and has
    no labels, or of one class only, is predicted a constant, with a warning.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    >>> from skmtl import IndependentTasks
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(200, 4))
    >>> y = {"died": np.where(X[:, 0] > rng.normal(size=200), "yes", "no"), "days": X[:, 1] + rng.normal(size=200)}
    >>> y["days"][:120] = np.nan
    >>> model = IndependentTasks(HistGradientBoostingClassifier(), HistGradientBoostingRegressor()).fit(X, y)
    >>> model.predict(X[:3])["died"]
    array(['yes', 'no', 'no'], dtype='<U3')
    >>> model.estimators_["days"]
    HistGradientBoostingRegressor()

    Another estimator for each outcome:

    >>> from sklearn.linear_model import LogisticRegression, Ridge
    >>> model = IndependentTasks({"died": LogisticRegression(class_weight="balanced"), "days": Ridge()})
    >>> model.set_params(classifier__died__C=0.1).fit(X, y).estimators_["died"]
    LogisticRegression(C=0.1, class_weight='balanced')
    """

    _rules: ClassVar[dict[str, Rule]] = {
        "classifier": OfOneTask("classifier"),
        "regressor": OfOneTask("regressor"),
        "counter": OfOneTask("regressor"),
        "n_jobs": Jobs(),
    }

    def __init__(
        self,
        classifier: Any = None,
        regressor: Any = None,
        *,
        counter: Any = None,
        task_types: Any = "auto",
        n_jobs: int | None = None,
    ) -> None:
        self.classifier = classifier
        self.regressor = regressor
        self.counter = counter
        self.task_types = task_types
        self.n_jobs = n_jobs

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> "IndependentTasks":
        self._forget_fit()
        self.check_params()
        fit_data, labels, heads = read_tasks(self, X, y, sample_weight)
        X, targets = fit_data.X, fit_data.targets
        weights = fit_weights(heads, labels, {}, None)
        estimators = self._estimators_of(targets.task_types)
        trained = [head for head in heads if len(head.active)]
        jobs = (
            delayed(fit_member)(
                estimators[head.name],
                X,
                targets,
                head,
                labels[head.name],
                None if fit_data.weights is None else weights[head.name],
            )
            for head in trained
        )
        members = zip((head.name for head in trained), Parallel(n_jobs=self.n_jobs)(jobs))
        self._keep_members(fit_data, heads, dict(members))
        return self

    @available_if(lambda model: can_learn_parts(model._all_given()))
    def partial_fit(
        self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None
    ) -> "IndependentTasks":
        """Go on with more rows, for data that do not fit in memory; absent where no estimator can.

        The first call fixes the tasks, their types and classes. The estimators of all tasks must have ``partial_fit``.
        That of a task learns from the rows with labels in it; without one it stays as it is, and predicts a constant
        before the first.

        Parameters
        ----------
        X : {array-like, data frame, CSR matrix} of shape (n_samples, n_features)
            Inputs.

        y : dict, TaskTargets, data frame, array-like of shape (n_samples,) or (n_samples, n_tasks)
            Targets; the tasks are those of the first call.

        classes : dict of {task: array-like}, or array-like for one task, default=None
            All classes of the tasks that have any; in later calls the same, or None. Tasks that are not named, and are
            no ``TaskTargets`` that know theirs, have the classes of the first rows.

        sample_weight : array-like of shape (n_samples,) or (n_samples, n_tasks), data frame or TaskTargets
            Weights of the samples, or of each sample in each task; all one by default.

        Returns
        -------
        self : object
            The fitted model.
        """
        self.check_params()
        if "_heads" in vars(self):
            go_on(self, X, y, classes, sample_weight)
        else:
            self._forget_fit()
            begin(self, X, y, classes, sample_weight)
        return self

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters, and those of the estimators inside.

        Parameters
        ----------
        deep : bool, default=True
            Whether to return parameters of estimators, too: ``classifier__C``, or ``classifier__<task>__C`` in a dict.

        Returns
        -------
        params : dict
            Parameters by name.
        """
        params = super().get_params(deep=deep)
        return params | params_by_task(self._given()) if deep else params

    def set_params(self, **params: Any) -> "IndependentTasks":
        """Set parameters, also of the estimators inside.

        Parameters
        ----------
        **params : dict
            Parameters by name, as ``get_params`` names them.

        Returns
        -------
        self : object
            This estimator.
        """
        super().set_params(**{key: value for key, value in params.items() if "__" not in key})
        inside: dict[str, dict[str, Any]] = {}
        for key, value in params.items():
            name, is_nested, rest = key.partition("__")
            if is_nested:
                inside.setdefault(name, {})[rest] = value
        for name, given in inside.items():
            value = self._given().get(name)
            if isinstance(value, Mapping):
                super().set_params(**{name: with_params(name, value, given)})
            else:
                super().set_params(
                    **{f"{name}__{key}": parameter for key, parameter in given.items()}
                )
        return self

    def _keep_members(
        self, fit_data: FitData, heads: tuple[Head, ...], estimators: dict[Hashable, Any]
    ) -> None:
        """Become the model that has these estimators."""
        self.estimators_ = estimators
        self._keep_tasks(fit_data, heads, lacks_of_members(members_of(heads, estimators)))

    def _estimators_of(self, task_types: Mapping[Hashable, str | None]) -> dict[Hashable, Any]:
        return estimators_of(self._given(), self._defaults(), task_types)

    def _all_given(self) -> list[Any]:
        return all_estimators(self._given(), dict.fromkeys(self._given()))

    def _given(self) -> dict[str, Any]:
        return {
            "classifier": self.classifier,
            "regressor": self.regressor,
            "counter": self.counter,
        }

    def _defaults(self) -> dict[str, Any]:
        return {
            "classifier": MultiTaskLogisticRegression(sharing=0.0),
            "regressor": MultiTaskRidge(sharing=0.0),
            "counter": MultiTaskGLM(MeanRegularized(alpha=1.0, sharing=0.0)),
        }

    def _predictions(self, X: Any) -> Predictions:
        check_is_fitted(self)
        X = check_predict_around(self, X)
        return predictions_of(self._info, members_of(self._heads, self.estimators_), X)

    def __sklearn_tags__(self) -> Any:
        parts = all_estimators(self._given(), self._defaults())
        return input_tags_of(super().__sklearn_tags__(), parts)


def alone(joint: Any, task_types: Any = "auto") -> IndependentTasks:
    """Return a joint model to be fitted to each task alone."""
    return IndependentTasks(joint, joint, counter=joint, task_types=task_types)
