"""TaskTargets: the targets of several tasks, that scikit-learn's tools can slice by row."""

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import numpy as np

from ._array import NOT_ONE_OUTCOME, as_matrix, check_names, warn_of_losses
from ._codes import MissingCodes
from ._columns import TargetColumn, observed, read_column
from ._joining import check_same_tasks, joined_columns, joined_rows
from ._rows import RowLabels, check_index, common_index
from ._tables import as_pandas, check_one_length, columns_of, same, summary
from ._types import TaskInfo, check_task_types, declare, infer_warily, with_events, without

NO_ROWS = RowLabels()


class TaskTargets(dict):
    """Targets of several tasks: a dict of 1-D arrays that scikit-learn can slice by row.

    scikit-learn's splitters and searches cannot slice a plain dict of targets. This one they can: it has the
    ``shape`` of a matrix, takes row indices, and remembers each task's type and classes through every slice, so
    that a fold that happens to miss a class changes nothing. In all else it is a dict: scalar keys are task
    names, ``len`` is the number of tasks.

    Parameters
    ----------
    y : dict, data frame or TaskTargets
        One column a task, all of one length: arrays, lists or Series in a dict, or the columns of a pandas or polars
        frame or a pyarrow table. NaN, None, ``pd.NA``, null and masked entries are labels that were not observed.
        Strings, booleans and categories are classes.

    task_types : "auto", str or dict of {task: str}, default="auto"
        Type of all tasks or by task: ``"regression"``, ``"binary"``, ``"multiclass"`` or ``"count"`` (a Poisson
        mean; only by declaration). Tasks not named, or ``"auto"``, are inferred: labels and numbers with at most
        two distinct values are classes, other numbers are regression.

    events : dict of {task: class}, default=None
        Which of two classes is the event, whose probability is the risk: metrics such as ``"f1"`` and
        ``"average_precision"``, calibration, coefficient tables and Displays are of it. Where none is named it is
        the higher of two ordered categories, else the class True or 1; with none of these, there is none.

    missing : list or dict of {task: list}, default=None
        Labels that stand for a missing one, such as ``["?", -9]``, in all tasks or by task. By default the texts
        "nan", "NaT" and "<NA>", which a cast makes of missing values, do, with a warning; other texts that often do,
        such as "?" and "NA", are warned of. ``[]`` says that there are none.

    groups : array-like of shape (n_samples,), default=None
        Group of each sample, such as the patient, a number or a string. Folds, out-of-fold predictions, comparisons
        and bootstraps of this package then keep groups together unasked.

    Attributes
    ----------
    shape : tuple of (n_samples, n_tasks)
        The number of samples and of tasks.

    tasks : tuple
        Names of the tasks.

    task_types : dict of {task: str}
        Type of each task; None where it has no label to infer it from.

    classes : dict of {task: ndarray}
        Sorted classes of each binary or multiclass task.

    events : dict of {task: class}
        The event of each task with two classes, where there is one.

    groups : ndarray of shape (n_samples,) or None
        Group of each sample, where they were given.

    index : pandas.Index or None
        Row index, where y came in pandas with one; ``y[labels]`` asks for rows by an Index.

    Raises
    ------
    ValueError
        If a task holds what no target can be (dates, lists, infinities, numbers mixed with strings, ...), if
        the tasks have different numbers of samples, if Series have different indexes, or if a declared type
        does not fit. The message names the task.

    See Also
    --------
    task_view : One task of a fitted joint model as a scikit-learn classifier or regressor.

    Examples
    --------
    >>> import numpy as np
    >>> from skmtl import TaskTargets
    >>> y = TaskTargets({"died": ["no", "yes", None, "no"], "days": [3.0, np.nan, 9.5, 4.0]})
    >>> y.task_types
    {'died': 'binary', 'days': 'regression'}
    >>> y[[0, 1]]["days"]
    array([ 3., nan])
    >>> y.observed("died")
    array([ True,  True, False,  True])
    """

    __hash__ = None  # type: ignore[assignment]
    _info: dict[Hashable, TaskInfo]
    _rows: RowLabels

    def __init__(
        self,
        y: Any,
        task_types: Any = "auto",
        *,
        events: Mapping[Hashable, Any] | None = None,
        missing: Any = None,
        groups: Any = None,
    ) -> None:
        columns = columns_of(y)
        if not columns:
            raise ValueError("y must hold at least one task, got none")
        check_names(columns)
        self._info = {}
        is_typed = isinstance(y, TaskTargets)
        known = y._info if is_typed else {}
        codes = MissingCodes(missing, columns)
        for name, values in columns.items():
            named = codes.of(name)
            column = read_column(name, values, named if named is not None or not is_typed else ())
            self._set(name, column, without(known[name], named) if name in known else None)
        check_one_length(self)
        rows = y._rows if is_typed else RowLabels(None, common_index(columns))
        self._rows = rows if groups is None else RowLabels.of(groups, rows.index, self.shape[0])
        self._info.update(self.declared_as(check_task_types(task_types, self.tasks))._info)
        self._info.update(with_events(events, self._info))

    @classmethod
    def _carry(
        cls,
        columns: Mapping[Hashable, np.ndarray],
        info: Mapping[Hashable, TaskInfo],
        rows: RowLabels = NO_ROWS,
    ) -> "TaskTargets":
        """Make targets of checked columns whose types and classes are known, and what is known of their rows."""
        made = cls.__new__(cls)
        dict.update(made, columns)
        made._info, made._rows = dict(info), rows
        return made

    def _like(self, info: Mapping[Hashable, TaskInfo]) -> "TaskTargets":
        """Return targets of the same columns and rows of which something else is known."""
        return self._carry(self, self._info | dict(info), self._rows)

    def _set(self, name: Hashable, column: TargetColumn, info: TaskInfo | None) -> None:
        dict.__setitem__(self, name, column.values)
        self._info[name] = infer_warily(name, column) if info is None else info

    @property
    def tasks(self) -> tuple[Hashable, ...]:
        """Names of the tasks."""
        return tuple(self)

    @property
    def shape(self) -> tuple[int, int]:
        """Number of samples, number of tasks."""
        return (len(next(iter(self.values()), ())), len(self))

    @property
    def task_types(self) -> dict[Hashable, str | None]:
        """Type of each task."""
        return {name: self._info[name].type for name in self}

    @property
    def classes(self) -> dict[Hashable, np.ndarray]:
        """Sorted classes of each binary or multiclass task."""
        by_task = {name: self._info[name].class_labels for name in self}
        return {name: classes for name, classes in by_task.items() if classes is not None}

    @property
    def events(self) -> dict[Hashable, Any]:
        """The event of each task with two classes, where there is one."""
        by_task = {name: self._info[name].event_class for name in self}
        return {name: event for name, event in by_task.items() if event is not None}

    @property
    def groups(self) -> np.ndarray | None:
        """Group of each sample."""
        return self._rows.groups

    @property
    def index(self) -> Any:
        """Row index."""
        return self._rows.index

    def observed(self, name: Hashable) -> np.ndarray:
        """Return the mask of the samples whose label is known.

        Parameters
        ----------
        name : str
            The task.

        Returns
        -------
        mask : ndarray of shape (n_samples,), dtype bool
            False where the label is missing.
        """
        return observed(self[name])

    def declared_as(self, task_types: Mapping[Hashable, str]) -> "TaskTargets":
        """Return the same targets with other declared types; those not named keep theirs.

        Parameters
        ----------
        task_types : dict of {task: str}
            Types by task.

        Returns
        -------
        targets : TaskTargets
            Targets that share their arrays with these.
        """
        info = {
            name: declare(name, self._info[name], kind, self[name])
            for name, kind in task_types.items()
        }
        return self._like(info)

    def select(self, tasks: Iterable[Hashable]) -> "TaskTargets":
        """Return some of the tasks, with their types and classes.

        Parameters
        ----------
        tasks : sequence of str
            Names of the tasks, in the order wanted.

        Returns
        -------
        targets : TaskTargets
            Targets that share their arrays with these.
        """
        names = list(tasks)
        return self._carry(
            {name: self[name] for name in names},
            {name: self._info[name] for name in names},
            self._rows,
        )

    def suspects(self) -> tuple[Hashable, ...]:
        """Return the tasks inferred to be regression that look like codes of classes.

        Returns
        -------
        tasks : tuple
            Names of the tasks.
        """
        return tuple(name for name in self if self._info[name].may_be_codes)

    def distinct(self, name: Hashable) -> np.ndarray | None:
        """Return the labels a task had in the whole data, if they can be classes.

        Parameters
        ----------
        name : str
            The task.

        Returns
        -------
        classes : ndarray of shape (n_classes,) or None
            Sorted; None where the targets are real numbers.
        """
        return self._info[name].classes

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, tuple):  # scikit-learn asks for y[rows, ...]
            rows, *rest = key
            if any(part is not Ellipsis for part in rest):
                raise TypeError(f"TaskTargets takes a task name or rows, got {key!r}")
            key = rows
        if isinstance(key, Hashable) and not isinstance(key, slice):
            if key not in self:
                raise KeyError(
                    f"{key!r} is no task; the tasks are {list(self)} (rows: y[[i, j]], y[i:j] or a mask)"
                )
            return dict.__getitem__(self, key)
        rows = self._rows.positions(key)
        part = {name: column[rows] for name, column in self.items()}
        return self._carry(part, self._info, self._rows.take(rows))

    def __setitem__(self, name: Hashable, values: Any) -> None:
        column = read_column(name, values, None)
        check_names([*self, name])
        others = len(self) - (name in self)
        if others and len(column.values) != self.shape[0]:
            raise ValueError(
                f"task {name!r} must have {self.shape[0]} samples, got {len(column.values)}"
            )
        if others:
            check_index(name, values, self.index)
        known = self._info.get(name)
        self._set(name, column, known if known is not None and known.covers(column) else None)

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Set tasks from a mapping, each checked."""
        for name, values in dict(*args, **kwargs).items():
            self[name] = values

    def setdefault(self, name: Hashable, default: Any = None) -> Any:
        """Return the task's targets, set to default where there is no such task."""
        if name not in self:
            self[name] = default
        return self[name]

    def copy(self) -> "TaskTargets":
        """Return a copy that shares no array with this one."""
        columns = {name: column.copy() for name, column in self.items()}
        return self._carry(columns, self._info, self._rows.copy())

    def __copy__(self) -> "TaskTargets":
        return self._like({})

    def __or__(self, other: Any) -> Any:
        if not isinstance(other, Mapping):
            return NotImplemented
        joined = self._like({})
        joined |= other
        return joined

    def __ior__(self, other: Any) -> "TaskTargets":  # type: ignore[override,misc]
        for name, values in dict(other).items():
            self[name] = values
            if isinstance(other, TaskTargets):
                self._info[name] = other._info[name]
        if isinstance(other, TaskTargets) and self.groups is None:
            self._rows = self._rows._replace(groups=other.groups)
        return self

    def __ror__(self, other: Any) -> Any:
        return TaskTargets(other) | self if isinstance(other, Mapping) else NotImplemented

    def __eq__(self, other: Any) -> bool:
        if not isinstance(other, Mapping) or list(self) != list(other):
            return False
        return all(same(column, np.asarray(other[name])) for name, column in self.items())

    def __ne__(self, other: Any) -> bool:
        return not self == other

    def __reduce__(self) -> Any:
        return (self._carry, (dict(self), self._info, self._rows))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        warn_of_losses(self, self._info, is_asked_for=dtype is not None)
        matrix = as_matrix(self, self._info)
        return matrix if dtype is None else matrix.astype(dtype)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if function is np.concatenate and not kwargs.get("axis"):
            parts = list(args[0])
            check_same_tasks(parts)
            return self.concat(parts)
        raise TypeError(f"{function.__name__} takes one array; {NOT_ONE_OUTCOME}")

    def to_frame(self, index: Any = None) -> Any:
        """Return a pandas frame, one column a task.

        Parameters
        ----------
        index : array-like of shape (n_samples,), default=None
            Row index, such as patient ids; by default that of the targets, where they have one.

        Returns
        -------
        frame : pandas.DataFrame
            Labels that are missing are NaN or None.
        """
        return as_pandas(self, self.index if index is None else index)

    @classmethod
    def concat(cls, parts: Iterable["TaskTargets"]) -> "TaskTargets":
        """Put the samples of several targets below one another; tasks that some of them lack are missing there.

        Parameters
        ----------
        parts : sequence of TaskTargets
            Cohorts, with the same tasks or others. Groups of one name are one group: make the ids of patients of
            different hospitals different.

        Returns
        -------
        targets : TaskTargets
            All tasks, in the order in which they appear, with the classes of all parts.
        """
        parts = list(parts)
        if not parts or not all(isinstance(part, TaskTargets) for part in parts):
            kinds = [type(part).__name__ for part in parts]
            raise ValueError(f"parts must be one or more TaskTargets, got {kinds}")
        columns, info = joined_columns(
            [{n: (part[n], part._info[n]) for n in part} for part in parts]
        )
        return cls._carry(columns, info, joined_rows([part._rows for part in parts]))

    def __repr__(self) -> str:
        types = {name: self._info[name].type for name in self}
        return f"TaskTargets({self.shape[0]} samples; {summary(self, types)})"
