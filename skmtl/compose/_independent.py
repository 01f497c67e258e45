"""IndependentTasks: an ordinary scikit-learn estimator for each of several tasks."""

from collections.abc import Hashable
from typing import Any, ClassVar

from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.validation import check_is_fitted

from ..base import JointModel
from ..heads import fit_weights
from ..linear_model import MultiTaskGLM, MultiTaskLogisticRegression, MultiTaskRidge
from ..penalties import MeanRegularized
from ..tasks import check_predict_around
from ..utils import Jobs, Rule
from ._joined import input_tags_of
from ._members import MemberAnswers, fit_member, members_of
from ._rules import OfOneTask
from ._tasks import read_tasks


class IndependentTasks(JointModel):
    """An ordinary scikit-learn estimator for each of several tasks, none of which knows of the others.

    It makes a joint model of any classifier and regressor: targets of mixed types with missing labels in, predictions
    by task out. As a model it shares nothing: it is what models that share have to beat.

    Parameters
    ----------
    classifier : estimator, default=None
        What each task with classes gets a clone of. It needs ``predict_proba`` for probabilities and D2. A joint
        estimator, such as ``MultiTaskGLM()``, is fitted to each task alone. None is
        ``MultiTaskLogisticRegression(sharing=0)``, the optimum of scikit-learn's ``LogisticRegression()``.

    regressor : estimator, default=None
        The same for regression tasks. None is ``MultiTaskRidge(sharing=0)``, scikit-learn's ``Ridge()``, and as exact
        for sparse X.

    counter : estimator, default=None
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
    came: a data frame stays one. Sample weights go to all estimators; those of a pipeline to its last step.

    ``predict`` is what the estimators predict, at whatever threshold they have. ``decision_function`` is their own
    where they have one, else the log-odds (or logarithms, for several classes) of probabilities; it is the prediction
    of a regression and the logarithm of a mean count.

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
    """

    _rules: ClassVar[dict[str, Rule]] = {
        "classifier": OfOneTask("classifier"),
        "regressor": OfOneTask("regressor"),
        "counter": OfOneTask("regressor"),
        "n_jobs": Jobs(),
    }

    def __init__(
        self, classifier=None, regressor=None, *, counter=None, task_types="auto", n_jobs=None
    ):
        self.classifier = classifier
        self.regressor = regressor
        self.counter = counter
        self.task_types = task_types
        self.n_jobs = n_jobs

    def fit(self, X, y, sample_weight=None):
        self._forget_fit()
        self.check_params()
        came, labels, heads = read_tasks(self, X, y, sample_weight)
        X, targets = came.X, came.targets
        weights = fit_weights(heads, labels, {}, None)
        makers = self._by_type()
        named = [head.name for head in heads if len(head.active)]
        jobs = (
            delayed(fit_member)(
                makers[targets.task_types[name]],
                X,
                targets,
                name,
                labels[name],
                None if came.weights is None else weights[name],
            )
            for name in named
        )
        self.estimators_: dict[Hashable, Any] = dict(zip(named, Parallel(n_jobs=self.n_jobs)(jobs)))
        classifiers = [fitted for t, fitted in self.estimators_.items() if t in targets.classes]
        has_probability = all(hasattr(fitted, "predict_proba") for fitted in classifiers)
        self._keep_tasks(came, heads, has_probability)
        return self

    def _by_type(self):
        """Return the estimator that tasks of each type get a clone of."""
        classifier, regressor, counter = self.classifier, self.regressor, self.counter
        if classifier is None:
            classifier = MultiTaskLogisticRegression(sharing=0.0)
        if regressor is None:
            regressor = MultiTaskRidge(sharing=0.0)
        if counter is None:
            counter = MultiTaskGLM(MeanRegularized(alpha=1.0, sharing=0.0))
        return {
            "binary": classifier,
            "multiclass": classifier,
            "regression": regressor,
            "count": counter,
        }

    def _answers(self, X: Any) -> MemberAnswers:
        check_is_fitted(self)
        X = check_predict_around(self, X)
        return MemberAnswers(members_of(self._heads, self.estimators_), X)

    def __sklearn_tags__(self):
        return input_tags_of(super().__sklearn_tags__(), list(self._by_type().values()))


def alone(joint: Any, task_types: Any = "auto") -> IndependentTasks:
    """Return a joint model to be fitted to each task alone."""
    return IndependentTasks(joint, joint, counter=joint, task_types=task_types)
