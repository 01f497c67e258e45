"""Checks of the arguments of loaders and makers."""

from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from typing import Any, NamedTuple

import numpy as np


class Range(NamedTuple):
    """The numbers that a parameter may take, and how an error message says so."""

    low: float
    high: float
    words: str
    includes_ends: bool = True

    def __contains__(self, value: Any) -> bool:
        if self.includes_ends:
            return bool(self.low <= value <= self.high)
        return bool(self.low < value < self.high)


FRACTION = Range(0.0, 1.0, "in [0, 1]")
PROPER_FRACTION = Range(0.0, float(np.nextafter(1.0, 0.0)), "in [0, 1)")
NOT_NEGATIVE = Range(0.0, float(np.finfo(float).max), "finite and at least 0")
POSITIVE = Range(0.0, np.inf, "finite and above 0", includes_ends=False)


def check_flag(name: str, value: Any) -> None:
    """Raise where value is no bool."""
    if not isinstance(value, bool | np.bool_):
        raise ValueError(f"{name} must be True or False, got {value!r}")


def check_integer(name: str, value: Any, low: int, high: int | None = None) -> int:
    """Return value as an int between low and high, both included."""
    words = f"at least {low}" if high is None else f"in [{low}, {high}]"
    is_whole = not isinstance(value, bool) and isinstance(value, Integral)
    number = int(value) if is_whole else None
    if number is None or number < low or (high is not None and number > high):
        raise ValueError(f"{name} must be an integer {words}, got {value!r}")
    return number


def check_number(name: str, value: Any, allowed: Range) -> float:
    """Return value as a float in the allowed range."""
    if isinstance(value, bool) or not isinstance(value, Real) or value not in allowed:
        raise ValueError(f"{name} must be a number {allowed.words}, got {value!r}")
    return float(value)


def check_option(name: str, value: Any, options: Sequence[str]) -> str:
    """Return value where it is one of the options."""
    if not isinstance(value, str) or value not in options:
        raise ValueError(f"{name} must be one of {list(options)}, got {value!r}")
    return value


def check_by_task(
    name: str, value: Any, tasks: Sequence[str], allowed: Range, default: float
) -> dict[str, float]:
    """Return {task: number} from one number, one a task in order, or a dict with a default."""
    if isinstance(value, Mapping):
        unknown = [task for task in value if task not in tasks]
        if unknown:
            raise ValueError(f"{name} can be set for the tasks {list(tasks)}, got {unknown}")
        numbers = {task: value.get(task, default) for task in tasks}
    elif isinstance(value, Sequence | np.ndarray) and not isinstance(value, str):
        if np.shape(value) != (len(tasks),):
            raise ValueError(
                f"{name} must hold one number for each of the {len(tasks)} tasks, got {value!r}"
            )
        numbers = dict(zip(tasks, value, strict=True))
    else:
        numbers = dict.fromkeys(tasks, check_number(name, value, allowed))
    return {
        task: check_number(f"{name} of task {task!r}", number, allowed)
        for task, number in numbers.items()
    }
