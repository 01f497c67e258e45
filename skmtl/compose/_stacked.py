"""StackedTasks: predictions of tasks as inputs of tasks, by stacking or in a chain."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, ClassVar

from sklearn.base import clone
from sklearn.utils import check_random_state
from sklearn.utils.metadata_routing import UNUSED
from sklearn.utils.validation import check_is_fitted

from ..base import JointModel
from ..heads import METHODS, ByTask, Predictions
from ..model_selection import Splitting, check_folds, folds_once, routing_of, weight_name
from ..tasks import (
    Lacks,
    TaskInfo,
    check_lengths,
    check_predict_around,
    final_step,
    groups_of,
    lacks_of,
)
from ..utils import Boolean, Either, Jobs, OneOf, Rule, Seed, Several
from ._by_task import without_tasks
from ._independent import IndependentTasks
from ._joined import (
    Asked,
    asked_of_what_there_is,
    check_same_tasks,
    finite,
    held_out_means,
    input_tags_of,
    means_of,
)
from ._predicted import Source, as_inputs, beside, check_called
from ._rules import Joint, TaskName
from ._tasks import read_tasks

PARTS = ("estimator", "final")  # the first link, and those after it


@dataclass(frozen=True)
class Link:
    """A fitted joint model of some tasks, the tasks whose predictions are among its inputs, and how it is asked."""

    fitted: Any
    sources: tuple[Source, ...]
    asked: tuple[Asked, ...]


def lacks_of_links(links: Sequence[Link]) -> Lacks:
    """Return what tasks do not have in the last link that has the task."""
    last = {
        name: lacks_of(link.fitted) for link in links for name in final_step(link.fitted).tasks_
    }
    return Lacks(
        tuple(name for name, lacks in last.items() if name in lacks.probabilities),
        tuple(name for name, lacks in last.items() if name in lacks.decisions),
    )


def predictions_of(
    links: Sequence[Link], X: Any, passthrough: bool, info: Mapping[Hashable, TaskInfo]
) -> list[Predictions]:
    """Return what each link predicts, given what those before it do."""
    means: ByTask = {}
    parts: list[Predictions] = []
    for number, link in enumerate(links):
        inputs = beside(X, as_inputs(link.sources, means), passthrough)
        known = {name: info[name] for name in final_step(link.fitted).tasks_}
        parts.append(Predictions.of_model(link.fitted, inputs, known))
        if number + 1 < len(links):
            means |= finite(means_of(parts[-1], link.asked), PARTS[min(number, 1)])
    return parts


def gather(parts: Sequence[Predictions], tasks: Sequence[Hashable], method: str) -> ByTask:
    """Return what a method gives of tasks: the last link that has a task speaks for it."""
    last = {name: part for part in parts for name in part.info}
    return {name: last[name].of(method)[name] for name in tasks if last[name].offers(name, method)}


class StackedTasks(JointModel):
    """Models that take predictions of tasks as further inputs, by stacking or in a chain.

    What one task's model has learnt from its labels reaches the others through its predictions, whatever the
    estimators are: this is how trees share.

    Parameters
    ----------
    estimator : estimator, default=None
        The joint model that makes the first predictions; None is ``IndependentTasks()``. In a chain, that of the first
        task.

    final : estimator, default=None
        The joint model that takes them as inputs; None is another ``estimator``. In a chain, that of the tasks after
        the first.

    cv : int, splitter or iterable of (train, test), default=None
        Folds for the predictions that ``final`` learns from, in which each sample must be tested once. None is
        ``TaskStratifiedKFold()``, an integer ``TaskStratifiedKFold(cv)``; both never split a group.

    passthrough : bool, default=True
        Whether ``final`` gets X too, and not predictions alone.

    order : None, "random" or sequence of str, default=None
        None: stacking; the final model of every task gets the predictions of all tasks. A sequence of all tasks, or
        "random": a chain; each task gets those of the tasks before it.

    task_types : "auto", str or dict of {task: str}, default="auto"
        Type of all tasks or by task: "regression", "binary", "multiclass" or "count"; those not named are inferred.

    n_jobs : int, default=None
        Number of folds fitted at the same time; None is one, -1 all processors.

    random_state : int, RandomState instance or None, default=None
        Seed of the order, where it is random.

    Attributes
    ----------
    estimator_ : estimator
        The first model, fitted to all rows.

    final_ : estimator, or list of estimators
        The final model; in a chain, those of the tasks after the first.

    order_ : tuple
        The order of the tasks in a chain; None for stacking.

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
    IndependentTasks : The same without stacking.
    skmtl.inspection.compare_sharing : Whether it helps, task by task.

    Notes
    -----
    Stacked single-target and corrected chains of [1]_, for tasks of any types and with missing labels: a row without a
    label in a task still has a prediction of it. Inputs that a model learns from are predictions out of fold; those it
    meets later are of models fitted to all rows.

    A prediction is one input: a number, standardised as the labels of its task are, the logarithm of a mean count, the
    probability of the second of two classes; a task of several classes gives a probability a class. Decision values
    stand in for probabilities that an estimator does not have (``LinearSVC``), and zeros and ones of the predicted
    classes for these. In a data frame their columns are called "predicted <task>".

    References
    ----------
    .. [1] E. Spyromitros-Xioufis, G. Tsoumakas, W. Groves and I. Vlahavas (2016). Multi-target regression via input
       space expansion: treating targets as inputs. Machine Learning 104, 55-98.

    Examples
    --------
    >>> from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    >>> from skmtl import IndependentTasks, StackedTasks
    >>> from skmtl.datasets import make_multitask
    >>> X, y = make_multitask(200, 5, n_tasks=3, random_state=0)
    >>> trees = IndependentTasks(HistGradientBoostingClassifier(), HistGradientBoostingRegressor())
    >>> model = StackedTasks(trees, cv=3).fit(X, y)
    >>> model.final_.n_features_in_
    8
    >>> chain = StackedTasks(order=["y2", "y0", "y1"]).fit(X, y)
    >>> [link.n_features_in_ for link in chain.final_]
    [6, 7]
    """

    # Groups are not for the model: they go to the splitter.
    __metadata_request__fit: ClassVar[dict[str, Any]] = {"groups": UNUSED}
    _rules: ClassVar[dict[str, Rule]] = {
        "estimator": Joint(),
        "final": Joint(),
        "cv": Splitting(),
        "passthrough": Boolean(),
        "n_jobs": Jobs(),
        "random_state": Seed(),
        "order": Either(OneOf(None, "random"), Several(TaskName())),
    }

    def __init__(
        self,
        estimator: Any = None,
        final: Any = None,
        *,
        cv: Any = None,
        passthrough: bool = True,
        order: Any = None,
        task_types: Any = "auto",
        n_jobs: int | None = None,
        random_state: Any = None,
    ) -> None:
        self.estimator = estimator
        self.final = final
        self.cv = cv
        self.passthrough = passthrough
        self.order = order
        self.task_types = task_types
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(self, X: Any, y: Any, sample_weight: Any = None, groups: Any = None) -> "StackedTasks":
        """Fit the first model, predict every row by models that have not seen it, and fit the final ones.

        Parameters
        ----------
        X : {array-like, data frame, CSR matrix} of shape (n_samples, n_features)
            Inputs, as the estimators take them.

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
        """
        self._forget_fit()
        self.check_params()
        fit_data, labels, heads = read_tasks(self, X, y, sample_weight)
        X, targets, weights = fit_data.X, fit_data.targets, fit_data.weights
        groups = groups_of(targets, groups)
        check_lengths(X=X, groups=groups)
        check_called(heads)
        order = self._order_of(targets.tasks)
        steps = [targets.tasks, targets.tasks] if order is None else [(name,) for name in order]
        sources = {head.name: Source.of(head, labels[head.name]) for head in heads}
        folds = folds_once(self.cv, X, targets, groups)
        links: list[Link] = []
        means: ByTask = {}
        for number, tasks in enumerate(steps):
            before = tuple(sources[name] for name in means)
            inputs = beside(X, as_inputs(before, means), self.passthrough)
            link_targets = targets.select(tasks)
            columns = [targets.tasks.index(name) for name in tasks]
            weight = weights if weights is None or weights.ndim == 1 else weights[:, columns]
            others = [name for name in targets if name not in link_targets]
            model = without_tasks(clone(self._models()[min(number, 1)]), others)
            params = {} if weight is None else {weight_name(model): weight}
            fitted = clone(model).fit(inputs, link_targets, **params)
            part = PARTS[min(number, 1)]
            check_same_tasks(fitted, link_targets, part)
            asked = asked_of_what_there_is([sources[name].head for name in tasks], fitted)
            links.append(Link(fitted, before, asked))
            if number + 1 < len(steps):
                given = (model, inputs, link_targets, asked, part)
                means |= held_out_means(*given, cv=folds, n_jobs=self.n_jobs, params=params)
        self.estimator_ = links[0].fitted
        last = [link.fitted for link in links[1:]]
        self.final_, self.order_ = (last[0] if order is None else last), order
        self._links = tuple(links)
        self._keep_tasks(fit_data, heads, lacks_of_links(links))
        return self

    def _order_of(self, tasks: tuple[Hashable, ...]) -> tuple[Hashable, ...] | None:
        """Return the order of the chain; None where there is none."""
        if self.order is None:
            return None
        if isinstance(self.order, str):
            places = check_random_state(self.random_state).permutation(len(tasks))
            return tuple(tasks[place] for place in places)
        order = tuple(self.order)
        if sorted(map(repr, order)) != sorted(map(repr, tasks)):
            raise ValueError(f"order must name each task once, {list(tasks)}, got {list(order)}")
        return order

    def _models(self) -> tuple[Any, Any]:
        first = IndependentTasks() if self.estimator is None else self.estimator
        return first, first if self.final is None else self.final

    def get_metadata_routing(self) -> Any:
        """Return who asks for which arguments of ``fit``: the model, and what makes the folds.

        Returns
        -------
        routing : MetadataRouter
            The requests.
        """
        return routing_of(self, check_folds(self.cv))

    def _predictions(self, X: Any) -> Predictions:
        check_is_fitted(self)
        X = check_predict_around(self, X)
        parts = cache(lambda: predictions_of(self._links, X, self.passthrough, self._info))

        def last(method: str) -> ByTask:
            return gather(parts(), self.tasks_, method)

        return Predictions(self._info, {method: partial(last, method) for method in METHODS})

    def __sklearn_tags__(self) -> Any:
        return input_tags_of(super().__sklearn_tags__(), self._models())
