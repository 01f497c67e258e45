"""A network with shared hidden layers and a head a task."""

from typing import Any, ClassVar

from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.metadata_routing import UNUSED
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from ..base import OutOfFoldModel
from ..heads import Predictions
from ..model_selection import check_folds, routing_of
from ..tasks import FitData, as_declared, check_fit, check_lengths, check_predict
from ..utils import CallbackSupport, Rule, read_groups, warn, with_callbacks
from ._fit import FittedNetworks, fit
from ._partial import begin, go_on, takes_parts
from ._rules import RULES, check_rules
from ._watch import Watcher


class MultiTaskMLP(
    CallbackSupport, ClassNamePrefixFeaturesOutMixin, TransformerMixin, OutOfFoldModel
):
    """Networks with hidden layers that all tasks share, and a head for each task.

    Tasks are regressions, two or more classes, or counts, in any mix. Labels may be missing in any task, and so may
    inputs. By default eight small networks train side by side, each stopping early on a different fold; their
    predictions are averaged, and the folds' predictions are honest ones of the training rows.

    Parameters
    ----------
    hidden_layer_sizes : int or sequence of int, default=(64, 64)
        Units of each hidden layer that the tasks share; none for linear models.

    task_hidden_layer_sizes : int or sequence of int, default=()
        Units of each hidden layer that every task has for itself, on top of the shared ones.

    n_members : int, default=8
        Number of networks whose predictions are averaged. Each holds out one fold of the rows, stops when its loss
        there no longer falls, and keeps the weights that were best. With 1 it holds out ``validation_fraction`` of
        the rows.

    activation : {"relu", "tanh", "logistic", "identity"}, default="relu"
        Activation function of the hidden layers.

    dropout : float, default=0.1
        Share of the hidden units that are dropped at random in each step, in [0, 1). Not used by ``solver="lbfgs"``.

    solver : {"adam", "lbfgs"}, default="adam"
        "adam" takes minibatches, in single precision; "lbfgs" all rows at once, in double precision: for small
        tables. With one member "lbfgs" holds nothing out and goes to the optimum.

    alpha : float, default=1.0
        Strength of the weight decay; biases do not decay. With "adam" it is decoupled: each step takes the share
        ``learning_rate * alpha`` off the weights. With "lbfgs" it is a penalty of ``alpha / 2`` times the squared
        weights on the sum of the losses, as in scikit-learn's ``MLPClassifier``.

    batch_size : int or "auto", default="auto"
        Rows in a minibatch. "auto" takes about a twentieth of the rows, a power of two from 16 to 256.

    learning_rate_init : float, default=0.002
        Learning rate, or the first one.

    schedule : {"constant", "cosine"}, default="constant"
        Learning rate over the epochs: as it is, or going down to zero at ``max_iter`` by half a wave.

    max_iter : int, default=200
        Most epochs, or iterations of "lbfgs".

    n_iter_no_change : int, default=16
        Patience: a network stops after so many epochs in which the loss on the rows it holds out did not fall by
        ``tol``.

    tol : float, default=1e-4
        Gain in mean loss per label that counts for the patience. "lbfgs" also ends where no entry of the gradient of
        the loss per sample is larger.

    validation_fraction : float, default=0.1
        Share of the rows held out with ``n_members=1``, in (0, 1): about the same share of every class, quantile and
        missing label of all tasks, at least one row (or group) and never all.

    cv : int, splitter or iterable of (train, test), default=None
        Folds that the members hold out: member m the test rows of split m, starting again where there are fewer
        splits than members. It learns from all others, with a warning where a split does not (``TimeSeriesSplit``).
        None is ``TaskStratifiedKFold(n_members, shuffle=True)``, an integer the same with as many folds; both never
        split one of the ``groups``.

    loss_balancing : {"sum", "uncertainty", "dwa", "pcgrad", "mgda"}, default="sum"
        How the tasks' losses are weighed while they are learnt: as ``task_weight`` has them; by uncertainty that is
        learnt; by dynamic weight average; by projecting conflicting gradients; by multiple-gradient descent. On
        tables none was better than the sum.

    task_types : "auto", str or dict of {task: str}, default="auto"
        Type of all tasks or by task: "regression", "binary", "multiclass" or "count". Those not named are inferred,
        as in ``MultiTaskGLM``.

    task_weight : "balanced", dict of {task: float} or None, default=None
        Weight of each task's loss. None: each label counts the same; "balanced": each task counts the same.

    class_weight : "balanced", dict of {task: dict or "balanced"} or None, default=None
        Weights of classes, by task.

    standardize : bool, default=True
        Whether to bring inputs and targets to one scale: inputs are limited (see Notes), standardised and clipped at
        six standard deviations; targets of regressions too, and counts divided by their mean. Else 1e15 is the limit.

    add_indicator : bool, default=False
        Whether each input with missing values gets a column that says where they are.

    warm_start : bool, default=False
        Whether to start from the weights of the last fit, where the architecture is the same.

    random_state : int, RandomState instance or None, default=None
        Seed of weights, folds, minibatches and dropout.

    verbose : bool, default=False
        Whether to print the losses of each epoch.

    Attributes
    ----------
    tasks_ : tuple
        Names of the tasks.

    task_types_ : dict of {task: str}
        Type of each task.

    classes_ : dict of {task: ndarray}
        Sorted classes of each binary or multiclass task.

    task_columns_ : dict of {task: slice}
        Raw columns that belong to each task.

    oof_decision_ : dict of {task: ndarray}, or ndarray for 1-D y
        What ``decision_function`` says of the rows of ``fit``, each by the members that held it out; rows without
        labels by all. NaN where ``cv`` never held out a row. Only with several members, after ``fit``.

    oof_probability_ : dict of {task: ndarray of shape (n_samples, n_classes)}, or ndarray for 1-D y
        The same for ``predict_proba``, where tasks have classes.

    oof_prediction_ : TaskTargets, data frame or ndarray
        The same for ``predict``, in the kind of container that ``fit`` got.

    task_loss_curve_ : dict of {"train": dict, "validation": dict}
        Losses per label by task, an array over epochs, of regressions and counts in their inner units: means over
        members, one that stopped going on with those of the weights it kept. "train" is of rows learnt from, without
        dropout.

    n_iter_ : int
        Number of epochs.

    n_iter_by_member_ : ndarray of shape (n_members,)
        Epoch whose weights each member kept; 0 where it never did better than the best constants.

    n_features_in_ : int
        Number of features seen in ``fit``.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, where X has names that are strings.

    See Also
    --------
    MultiTaskGLM : Linear models of the same tasks.
    skmtl.inspection.TrainingDisplay : Draws the losses by epoch.

    Notes
    -----
    Each network minimises, over its weights, the sum over tasks and labels of task weight times sample weight times
    class weight times the task's loss: half the squared error, log loss, or Poisson loss, of the standardised target.

    Missing inputs become the median. Then each input is limited to its quantiles at 1 % and 99 %, give or take ten
    times the range between them, before it is standardised: a mistyped number does not blind the network to the rest.
    An input whose two quantiles agree is not limited. Sparse inputs are treated alike and never made dense.

    All weights of the last layer start at zero and its biases at the best constants, so a network starts as the null
    model; those of hidden layers start uniform with variance 1 / (number of inputs). Tasks are put in a canonical
    order, so that theirs in ``y`` does not matter. Predictions are averaged as probabilities and means;
    ``decision_function`` gives their log-odds and logarithms.

    In minibatches a sample of weight two is not two samples; with ``solver="lbfgs"`` and one member it is.
    With "pcgrad" and "mgda" gradients are compared in the last shared layer, every eighth step.

    References
    ----------
    D. P. Kingma and J. Ba (2015). Adam: a method for stochastic optimization. ICLR.

    I. Loshchilov and F. Hutter (2019). Decoupled weight decay regularization. ICLR.

    Y. LeCun, L. Bottou, G. Orr and K.-R. Müller (1998). Efficient BackProp. In Neural Networks: Tricks of the Trade.

    O. Laurent et al. (2023). Packed-ensembles for efficient uncertainty estimation. ICLR.

    Examples
    --------
    >>> import numpy as np
    >>> from skmtl import MultiTaskMLP
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(200, 4))
    >>> risk = np.tanh(2 * X[:, 0]) + X[:, 1]
    >>> y = {"died": np.where(risk > rng.normal(size=200), "yes", "no"), "days": 5 - risk + rng.normal(size=200)}
    >>> y["days"][:120] = np.nan
    >>> model = MultiTaskMLP(n_members=4, random_state=0).fit(X, y)
    >>> model.predict(X[:3])["died"]
    array(['yes', 'no', 'no'], dtype='<U3')
    >>> model.oof_probability_["died"].shape
    (200, 2)
    """

    # The model itself uses no groups: they go to the splitter.
    __metadata_request__fit: ClassVar[dict[str, Any]] = {"groups": UNUSED}
    _rules: ClassVar[dict[str, Rule]] = RULES

    def __init__(
        self,
        hidden_layer_sizes=(64, 64),
        *,
        task_hidden_layer_sizes=(),
        n_members=8,
        activation="relu",
        dropout=0.1,
        solver="adam",
        alpha=1.0,
        batch_size="auto",
        learning_rate_init=0.002,
        schedule="constant",
        max_iter=200,
        n_iter_no_change=16,
        tol=1e-4,
        validation_fraction=0.1,
        cv=None,
        loss_balancing="sum",
        task_types="auto",
        task_weight=None,
        class_weight=None,
        standardize=True,
        add_indicator=False,
        warm_start=False,
        random_state=None,
        verbose=False,
    ):
        self.hidden_layer_sizes = hidden_layer_sizes
        self.task_hidden_layer_sizes = task_hidden_layer_sizes
        self.n_members = n_members
        self.activation = activation
        self.dropout = dropout
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate_init = learning_rate_init
        self.schedule = schedule
        self.max_iter = max_iter
        self.n_iter_no_change = n_iter_no_change
        self.tol = tol
        self.validation_fraction = validation_fraction
        self.cv = cv
        self.loss_balancing = loss_balancing
        self.task_types = task_types
        self.task_weight = task_weight
        self.class_weight = class_weight
        self.standardize = standardize
        self.add_indicator = add_indicator
        self.warm_start = warm_start
        self.random_state = random_state
        self.verbose = verbose

    @with_callbacks
    def fit(self, X, y, sample_weight=None, groups=None):
        """Fit the networks.

        Parameters
        ----------
        X : {array-like, data frame, CSR matrix} of shape (n_samples, n_features)
            Inputs; NaN where one is missing.

        y : dict, TaskTargets, data frame, array-like of shape (n_samples,) or (n_samples, n_tasks)
            Targets, one column a task; NaN, None, ``pd.NA`` or null where a label was not observed.

        sample_weight : array-like of shape (n_samples,) or (n_samples, n_tasks), data frame or TaskTargets
            Weights of the samples, or of each sample in each task; all one by default.

        groups : array-like of shape (n_samples,), default=None
            Group of each sample, such as the patient. No member learns from some rows of a group and stops on others.

        Returns
        -------
        self : object
            The fitted model.
        """
        n_epochs = self.max_iter if self.solver == "adam" else None  # "lbfgs": of each member
        context = self._init_callback_context(max_subtasks=n_epochs)
        former = self._forget()
        check_rules(self)
        fit_data = check_fit(self, X, y, sample_weight, as_declared(self.task_types))
        check_lengths(X=X, groups=None if groups is None else read_groups(groups))
        weights = None if sample_weight is None else {"sample_weight": sample_weight}
        fit_arguments = {"X": X, "y": y, "metadata": weights}
        context.call_on_fit_task_begin(estimator=self, **fit_arguments)
        watcher = Watcher(self, context, fit_arguments, fit_data)
        self._keep(fit_data, fit(self, fit_data, groups, former, watcher))
        context.call_on_fit_task_end(estimator=self, **fit_arguments, reconstruction_attributes={})
        return self

    @available_if(takes_parts)
    def partial_fit(self, X, y, classes=None, sample_weight=None):
        """Go once through some more rows, for data that do not fit in memory; absent with ``solver="lbfgs"``.

        The first call fixes the tasks, their types and classes, medians and limits of inputs and the scale of targets;
        means and deviations of inputs go on with every call. All members learn from all rows, none stops early.

        Parameters
        ----------
        X : {array-like, data frame, CSR matrix} of shape (n_samples, n_features)
            Inputs; NaN where one is missing.

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
        check_rules(self)
        if "_heads" in vars(self):
            go_on(self, X, y, classes, sample_weight)
        else:
            self._forget()
            begin(self, X, y, classes, sample_weight)
        return self

    def transform(self, X):
        """Return what the tasks share: the units of the last shared layer of each member, side by side.

        Parameters
        ----------
        X : {array-like, data frame, CSR matrix} of shape (n_samples, n_features)
            Inputs.

        Returns
        -------
        shared : ndarray of shape (n_samples, n_members * n_units)
            Values of the units; the standardised inputs where there is no shared hidden layer.
        """
        check_is_fitted(self)
        return self._ensemble.shared(check_predict(self, X))

    def get_metadata_routing(self):
        """Return who asks for which arguments of ``fit``: the model, and what makes the folds."""
        return routing_of(self, check_folds(self.cv))

    def _predictions(self, X):
        check_is_fitted(self)
        raw = self._ensemble.raw(check_predict(self, X))
        return Predictions.of_raw(self._info, self._heads, raw)

    def _keep(self, fit_data: FitData, fitted: FittedNetworks):
        """Become the model that was trained."""
        trained = fitted.trained
        self._ensemble = fitted.ensemble
        self.n_iter_, self.n_iter_by_member_ = trained.n_iter, trained.best_epoch
        self.task_loss_curve_ = trained.curves.by_task(
            tuple(fitted.prepared.targets), trained.best_epoch
        )
        self._oof_raw = fitted.oof
        self._keep_tasks(fit_data, fitted.prepared.heads)  # last: it says that the model is fitted
        if trained.interrupted:
            warn("fit was interrupted; the best weights so far are kept")

    def _forget(self):
        """Drop what a former fit left; return its networks where the next one starts from them."""
        former = self.__dict__.pop("_ensemble", None)
        self.__dict__.pop("_trainer", None)
        self._forget_fit()
        return former if self.warm_start is True else None

    @property
    def _n_features_out(self):
        return self._ensemble.n_shared

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags
