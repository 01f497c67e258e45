"""TaskTargets: the targets of several tasks, that scikit-learn's tools can slice by row."""

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import numpy as np

from ..utils import is_frame, read_frame, row_index
from ._array import check_names, warn_of_lost_types
from ._columns import TargetColumn, observed, read_column
from ._types import TaskInfo, check_task_types, declare, infer


class TaskTargets(dict):
    """Targets of several tasks: a dict of 1-D arrays that scikit-learn can slice by row.

    scikit-learn's splitters and searches cannot slice a plain dict of targets. This one they can: it has the
    ``shape`` of a matrix, takes row indices, and remembers each task's type and classes through every slice, so
    that a fold that happens to miss a class changes nothing. In all else it is a dict: scalar keys are task
    names, ``len`` is the number of tasks.

    Parameters
    ----------
    y : dict, data frame or TaskTargets
        One column a task, all of one length: arrays, lists or Series in a dict, or the columns of a pandas or
        polars frame. NaN, None, ``pd.NA``, null and masked entries are labels that were not observed. Strings,
        booleans and categories are classes.

    task_types : "auto", str or dict of {task: str}, default="auto"
        Type of all tasks or by task: ``"regression"``, ``"binary"``, ``"multiclass"`` or ``"count"`` (a Poisson
        mean; only by declaration). Tasks not named, or ``"auto"``, are inferred: labels and numbers with at most
        two distinct values are classes, other numbers are regression.

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

    def __init__(self, y: Any, task_types: Any = "auto") -> None:
        columns = _columns_of(y)
        if not columns:
            raise ValueError("y must hold at least one task, got none")
        check_names(columns)
        self._info = {}
        known = y._info if isinstance(y, TaskTargets) else {}
        for name, values in columns.items():
            self._set(name, read_column(name, values), known.get(name))
        _check_one_length(self)
        _check_one_index(columns)
        self._info.update(self.declared_as(check_task_types(task_types, self.tasks))._info)

    @classmethod
    def _carry(
        cls, columns: Mapping[Hashable, np.ndarray], info: dict[Hashable, TaskInfo]
    ) -> "TaskTargets":
        """Make targets of checked columns whose types and classes are known."""
        made = cls.__new__(cls)
        dict.update(made, columns)
        made._info = dict(info)
        return made

    def _set(self, name: Hashable, column: TargetColumn, info: TaskInfo | None) -> None:
        dict.__setitem__(self, name, column.values)
        self._info[name] = infer(column) if info is None else info

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
        found = {name: self._info[name] for name in self}
        return {
            name: info.classes
            for name, info in found.items()
            if info.type in ("binary", "multiclass") and info.classes is not None
        }

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
        return self._carry(self, self._info | info)

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
            {name: self[name] for name in names}, {name: self._info[name] for name in names}
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
        rows = key if isinstance(key, slice) else _row_key(key)
        return self._carry({name: column[rows] for name, column in self.items()}, self._info)

    def __setitem__(self, name: Hashable, values: Any) -> None:
        column = read_column(name, values)
        check_names([*self, name])
        others = len(self) - (name in self)
        if others and len(column.values) != self.shape[0]:
            raise ValueError(
                f"task {name!r} must have {self.shape[0]} samples, got {len(column.values)}"
            )
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
        return self._carry({name: column.copy() for name, column in self.items()}, self._info)

    def __copy__(self) -> "TaskTargets":
        return self._carry(self, self._info)

    def __or__(self, other: Any) -> Any:
        if not isinstance(other, Mapping):
            return NotImplemented
        joined = self._carry(self, self._info)
        joined |= other
        return joined

    def __ior__(self, other: Any) -> "TaskTargets":  # type: ignore[override,misc]
        for name, values in dict(other).items():
            self[name] = values
            if isinstance(other, TaskTargets):
                self._info[name] = other._info[name]
        return self

    def __ror__(self, other: Any) -> Any:
        return TaskTargets(other) | self if isinstance(other, Mapping) else NotImplemented

    def __eq__(self, other: Any) -> bool:
        if not isinstance(other, Mapping) or list(self) != list(other):
            return False
        return all(_same(column, np.asarray(other[name])) for name, column in self.items())

    def __ne__(self, other: Any) -> bool:
        return not self == other

    def __reduce__(self) -> Any:
        return (_restore, (dict(self), self._info))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        warn_of_lost_types(self, self._info)
        column = next(iter(self.values()), np.empty(0))
        # One task that is known everywhere keeps its dtype, by which scikit-learn tells classes from numbers.
        dtype_of = column.dtype if len(self) == 1 and observed(column).all() else object
        matrix = np.empty(self.shape, dtype=dtype_of)
        for position, column in enumerate(self.values()):
            matrix[:, position] = column
        return matrix if dtype is None else matrix.astype(dtype)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if function is np.concatenate and not kwargs.get("axis"):
            return _concatenate(args[0])
        return NotImplemented

    def __repr__(self) -> str:
        parts = []
        for name, column in self.items():
            n_missing = int((~observed(column)).sum())
            parts.append(
                f"{name}: {self._info[name].type}"
                + (f" ({n_missing} missing)" if n_missing else "")
            )
        return f"TaskTargets({self.shape[0]} samples; {', '.join(parts)})"


def _restore(columns: dict, info: dict) -> TaskTargets:
    return TaskTargets._carry(columns, info)


def _columns_of(y: Any) -> Mapping[Hashable, Any]:
    if isinstance(y, Mapping):
        return y
    if is_frame(y):
        return read_frame(y)
    raise ValueError(f"y must be a dict of columns or a data frame, got {type(y).__name__}")


def _row_key(key: Any) -> np.ndarray:
    rows = np.asarray(key)
    if rows.size == 0:
        rows = rows.astype(np.intp)
    if rows.ndim != 1 or rows.dtype.kind not in "biu":
        raise TypeError(
            f"rows must be integers or a boolean mask, got {rows.dtype} of shape {rows.shape}"
        )
    return rows


def _check_one_length(columns: Mapping[Hashable, np.ndarray]) -> None:
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"tasks must have the same number of samples, got {lengths}")


def _check_one_index(columns: Mapping[Hashable, Any]) -> None:
    found = [
        (name, row_index(values))
        for name, values in columns.items()
        if not isinstance(values, np.ndarray)
    ]
    found = [(name, index) for name, index in found if index is not None]
    for name, index in found[1:]:
        if not index.equals(found[0][1]):
            raise ValueError(
                f"tasks must have the same row index: that of {name!r} differs from that of {found[0][0]!r}"
            )


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    if a.shape != b.shape:
        return False
    known = observed(a)
    if b.dtype.kind not in "biufUO" or not np.array_equal(known, observed(b)):
        return False
    return bool(np.all(a[known] == b[known]))


def _concatenate(parts: Iterable[Any]) -> TaskTargets:
    parts = list(parts)
    first = parts[0]
    if not all(isinstance(part, TaskTargets) and part.tasks == first.tasks for part in parts):
        raise ValueError(
            "only TaskTargets with the same tasks, in the same order, can be concatenated"
        )
    columns = {name: np.concatenate([part[name] for part in parts]) for name in first}
    joined = TaskTargets(columns)
    for name in first:
        found = [part._info[name] for part in parts]
        if all(info is found[0] for info in found):
            joined._info[name] = found[0]
        elif len({info.type for info in found}) == 1 and found[0].declared:
            joined._info[name] = declare(name, joined._info[name], str(found[0].type), joined[name])
    return joined
