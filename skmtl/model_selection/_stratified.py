"""Folds that are alike in every task."""

from collections.abc import Iterator
from numbers import Integral
from typing import Any, ClassVar

import numpy as np
from sklearn.model_selection import BaseCrossValidator
from sklearn.utils import check_random_state

from ..tasks import check_lengths, groups_of, read_targets
from ..utils import Seed, group_codes, require
from ._shards import stratify
from ._strata import strata


class TaskStratifiedKFold(BaseCrossValidator):
    """K folds that balance classes, missing labels and quantiles of all tasks together.

    Each fold holds about the same number of samples, and of every task about the same number of labels of each
    class, of each quantile (tenths, down to halves where labels are few) of a regression or count task, and of
    missing labels. A class with as many labels as there are folds has one in each. Groups are never split.

    Parameters
    ----------
    n_splits : int, default=5
        Number of folds, at least 2.

    shuffle : bool, default=False
        Whether to take samples (or groups) in random order. Otherwise they are taken in the order of the rows
        and the folds are always the same; they are not blocks of neighbouring rows in either case.

    random_state : int, RandomState instance or None, default=None
        Seed of the order, with ``shuffle=True``.

    Raises
    ------
    ValueError
        If ``n_splits`` is below 2, or ``random_state`` is given without ``shuffle=True``. On splitting: if there are
        more folds than samples, or than groups.

    TypeError
        If ``n_splits`` is no integer, or ``shuffle`` neither True nor False.

    See Also
    --------
    cross_val_predict : Predictions of samples that the model has not seen.
    sklearn.model_selection.StratifiedGroupKFold : The same for the classes of one task.

    Notes
    -----
    Iterative stratification [1]_: labels (here the classes, quantiles and missing labels of all tasks) are taken from
    the rarest to the most frequent, and their samples, or groups, are handed to the folds that lack them most.
    Other than in the reference, what a fold lacks counts over all labels of the sample at once,
    ``sum((desired - held)**2 / desired)``, and the sample itself is one of them, so that folds have nearly the same
    size. Only a label that at most three samples (or groups) a fold have goes first to the folds that want
    that very label most, as in the reference.

    From 1500 samples without groups on, most are stratified in shards of twenty samples a fold, many shards at once;
    their folds are then matched, so that all hold about the same (an assignment problem for each shard). Samples with
    rare labels and some others follow one by one, as above. Of one task, samples sorted by label are dealt out in turn.

    Time grows with the number of samples times tasks: a million samples of 10 tasks take a second or two; groups take
    longer.

    References
    ----------
    .. [1] K. Sechidis, G. Tsoumakas, I. Vlahavas, "On the stratification of multi-label data", ECML PKDD 2011,
       LNCS 6913, 145-158.

    Examples
    --------
    >>> import numpy as np
    >>> from skmtl.model_selection import TaskStratifiedKFold
    >>> y = {"died": [0, 0, 1, 0, 1, 0, 0, 0], "stage": ["a", "b", None, "b", "a", None, "a", "b"]}
    >>> folds = TaskStratifiedKFold(n_splits=2)
    >>> for train, test in folds.split(np.zeros((8, 1)), y):
    ...     print(test, [y["died"][i] for i in test], [y["stage"][i] for i in test])
    [0 2 3 6] [0, 1, 0, 0] ['a', None, 'b', 'a']
    [1 4 5 7] [0, 1, 0, 0] ['b', 'a', None, 'b']
    """

    # Groups are asked for wherever metadata are routed, as by scikit-learn's splitters of groups.
    __metadata_request__split: ClassVar[dict[str, Any]] = {"groups": True}

    def __init__(
        self, n_splits: Any = 5, *, shuffle: Any = False, random_state: Any = None
    ) -> None:
        if isinstance(n_splits, bool) or not isinstance(n_splits, Integral):
            raise TypeError(f"n_splits must be an integer, got {n_splits!r}")
        if n_splits < 2:
            raise ValueError(f"n_splits must be at least 2, got {n_splits}")
        if not isinstance(shuffle, bool):
            raise TypeError(f"shuffle must be True or False, got {shuffle!r}")
        if random_state is not None and not shuffle:
            raise ValueError(
                f"random_state must be None without shuffle=True, got {random_state!r}"
            )
        require("random_state", random_state, Seed())
        self.n_splits = int(n_splits)
        self.shuffle = shuffle
        self.random_state = random_state

    def split(
        self, X: Any, y: Any = None, groups: Any = None
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Give the rows of each training and test set.

        Parameters
        ----------
        X : {array-like, data frame, sparse matrix} of shape (n_samples, n_features)
            Inputs, of which only the number is used. May be None.

        y : dict, TaskTargets, data frame, array-like of shape (n_samples,) or (n_samples, n_tasks)
            Targets, one column a task; NaN, None, ``pd.NA`` or null where a label was not observed.

        groups : array-like of shape (n_samples,), default=None
            Group of each sample, for instance the patient. Samples of a group are always in the same fold. By default
            the groups of ``y``, where it is ``TaskTargets`` with groups.

        Yields
        ------
        train : ndarray of shape (n_train,)
            Rows of the training set, ascending.

        test : ndarray of shape (n_test,)
            Rows of the test set, ascending.
        """
        fold = self._folds(X, y, groups)
        for number in range(self.n_splits):
            yield np.flatnonzero(fold != number), np.flatnonzero(fold == number)

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return the number of folds.

        Parameters
        ----------
        X : object
            Ignored.

        y : object
            Ignored.

        groups : object
            Ignored.

        Returns
        -------
        n_splits : int
            The number of folds.
        """
        return self.n_splits

    def _folds(self, X: Any, y: Any, groups: Any) -> np.ndarray:
        """Return the fold of each sample."""
        if y is None:
            raise ValueError("TaskStratifiedKFold needs y, the targets, to split; got None")
        targets = read_targets(y).targets
        groups = groups_of(targets, groups)
        check_lengths(X=None if X is y else X, y=targets, groups=groups)
        codes, kind = None, "samples"
        if groups is not None:
            codes, kind = group_codes(groups), "groups"
        n_items = targets.shape[0] if codes is None else int(codes.max(initial=-1)) + 1
        if self.n_splits > n_items:
            raise ValueError(
                f"n_splits must be at most n_{kind}, got n_splits={self.n_splits} and n_{kind}={n_items}"
            )
        labels = strata(targets, self.n_splits)
        if not self.shuffle:
            return stratify(labels, codes, self.n_splits, np.arange(n_items))
        random = check_random_state(self.random_state)
        fold = stratify(labels, codes, self.n_splits, random.permutation(n_items))
        return random.permutation(self.n_splits)[fold]
