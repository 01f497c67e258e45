"""Estimators by task: a dict {task: estimator} in place of one estimator for all tasks of a type."""

from collections.abc import Collection, Hashable, Mapping
from typing import Any

from sklearn.base import is_classifier, is_regressor

from ..tasks import CLASS_TYPES
from ._rules import is_estimator

PARAMETERS = {
    "binary": "classifier",
    "multiclass": "classifier",
    "regression": "regressor",
    "count": "counter",
}
"""Which parameter has the estimator of a task of each type that no dict names."""

BY_TASK = (*PARAMETERS.values(), "task_types")


def estimators_of(
    given: Mapping[str, Any], defaults: Mapping[str, Any], task_types: Mapping[Hashable, str | None]
) -> dict[Hashable, Any]:
    """Return the estimator of each task, by parameters that are None, an estimator, or a dict by task.

    Raise ValueError where a dict names no task, or one that another names, or gives it an estimator of another kind.
    """
    named: dict[Hashable, str] = {}
    for parameter, value in given.items():
        for task in value if isinstance(value, Mapping) else ():
            if task not in task_types:
                raise ValueError(
                    f"{parameter} must name tasks of y, {list(task_types)}, got {task!r}"
                )
            if task in named:
                raise ValueError(
                    f"{parameter} must not name task {task!r}, which {named[task]} names"
                )
            named[task] = parameter
            check_kind(parameter, task, task_types[task], value[task])
    return {
        task: given[named[task]][task]
        if task in named
        else of_type(task, str(kind), given, defaults)
        for task, kind in task_types.items()
    }


def check_kind(parameter: str, task: Hashable, kind: str | None, estimator: Any) -> None:
    """Raise ValueError where a task with classes is given a regressor, or one with numbers a classifier."""
    is_wrong, wanted = (
        (is_regressor, "classifier") if kind in CLASS_TYPES else (is_classifier, "regressor")
    )
    if is_wrong(estimator):
        raise ValueError(
            f"{parameter} must give task {task!r} of type {kind!r} a {wanted} or a joint estimator, got "
            f"{type(estimator).__name__}"
        )


def of_type(
    task: Hashable, kind: str, given: Mapping[str, Any], defaults: Mapping[str, Any]
) -> Any:
    """Return the estimator of a task that no dict names."""
    parameter = PARAMETERS[kind]
    value = given[parameter]
    if isinstance(value, Mapping):
        raise ValueError(
            f"{parameter} must be one estimator, or name every task of type {kind!r}; task {task!r} is in none of "
            f"{', '.join(dict.fromkeys(PARAMETERS.values()))}, got {value!r}"
        )
    return defaults[parameter] if value is None else value


def all_estimators(given: Mapping[str, Any], defaults: Mapping[str, Any]) -> list[Any]:
    """Return all estimators of parameters that are None, an estimator, or a dict by task."""
    estimators = []
    for parameter, value in given.items():
        value = defaults[parameter] if value is None else value
        estimators += list(value.values()) if isinstance(value, Mapping) else [value]
    return estimators


def params_by_task(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the estimators in dicts among parameters as parameter__task, and the parameters of these after that."""
    by_name: dict[str, Any] = {}
    for name, value in params.items():
        for task, estimator in value.items() if isinstance(value, Mapping) else ():
            if is_estimator(estimator):
                by_name[f"{name}__{task}"] = estimator
                inside = estimator.get_params().items()
                by_name |= {f"{name}__{task}__{key}": parameter for key, parameter in inside}
    return by_name


def without_tasks(estimator: Any, names: Collection[Hashable]) -> Any:
    """Drop tasks that an estimator is not fitted to from its parameters by task."""
    by_task = {
        key: {task: of_task for task, of_task in value.items() if task not in names}
        for key, value in estimator.get_params().items()
        if key.split("__")[-1] in BY_TASK and isinstance(value, Mapping)
    }
    return estimator.set_params(**by_task)


def with_params(
    name: str, by_task: Mapping[Hashable, Any], given: Mapping[str, Any]
) -> dict[Hashable, Any]:
    """Return a parameter that is a dict by task with other estimators ("task"), or parameters of them ("task__C")."""
    changed = dict(by_task)
    split = [(key, *task_and_rest(name, by_task, key)) for key in given]
    for key, task, rest in sorted(split, key=lambda parts: parts[2]):  # estimators first
        if rest:
            changed[task].set_params(**{rest: given[key]})
        else:
            changed[task] = given[key]
    return changed


def task_and_rest(name: str, by_task: Mapping[Hashable, Any], key: str) -> tuple[Hashable, str]:
    """Split a key into a task, the longest that fits, and a parameter; raise ValueError where no task fits."""
    fitting = [task for task in by_task if key == str(task) or key.startswith(f"{task}__")]
    if not fitting:
        raise ValueError(
            f"Invalid parameter {name}__{key}: {name} gives estimators to the tasks {list(by_task)}"
        )
    task = max(fitting, key=lambda task: len(str(task)))
    return task, key[len(f"{task}__") :]
