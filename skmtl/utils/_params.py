"""Rules for constructor parameters, declared on the class and checked in fit."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from inspect import signature
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from sklearn.base import BaseEstimator


class Rule(ABC):
    """What the value of a parameter may be; its text completes "alpha must be ..."."""

    @abstractmethod
    def admits(self, value: Any) -> bool:
        """Whether the value keeps the rule."""


@dataclass(frozen=True)
class Number(Rule):
    """A number in [low, high]; low itself only if closed, high itself unless below; whole for integers.

    It is finite, unless infinite admits infinity.
    """

    low: float = float("-inf")
    high: float = float("inf")
    closed: bool = True
    whole: bool = False
    below: bool = False
    infinite: bool = False

    def admits(self, value: Any) -> bool:
        kind = Integral if self.whole else Real
        if isinstance(value, bool) or not isinstance(value, kind):
            return False
        try:
            number = float(value)
        except OverflowError:  # an integer that no float holds
            return False
        if np.isnan(number) or (np.isinf(number) and not self.infinite):
            return False
        above = self.low <= number if self.closed else self.low < number
        return above and (number < self.high if self.below else number <= self.high)

    def __str__(self) -> str:
        noun = "an integer" if self.whole else "a number"
        opening = "[" if self.closed and self.low > float("-inf") else "("
        closing = "]" if self.infinite or (np.isfinite(self.high) and not self.below) else ")"
        return f"{noun} in {opening}{self.low:g}, {self.high:g}{closing}"


POSITIVE = Number(0.0, closed=False)
NOT_NEGATIVE = Number(0.0)
POSITIVE_OR_INFINITE = Number(0.0, closed=False, infinite=True)
BELOW_ONE = Number(0.0, 1.0, below=True)


@dataclass(frozen=True)
class Boolean(Rule):
    """True or False."""

    def admits(self, value: Any) -> bool:
        return isinstance(value, bool | np.bool_)

    def __str__(self) -> str:
        return "True or False"


class OneOf(Rule):
    """One of the given values (strings or None)."""

    def __init__(self, *values: Any) -> None:
        self.values = values

    def admits(self, value: Any) -> bool:
        return any(
            value is known or (isinstance(value, str) and value == known) for known in self.values
        )

    def __str__(self) -> str:
        return " or ".join(repr(value) for value in self.values)


class Instance(Rule):
    """An instance of one of the given classes."""

    def __init__(self, *classes: type) -> None:
        self.classes = classes

    def admits(self, value: Any) -> bool:
        return isinstance(value, self.classes)

    def __str__(self) -> str:
        names = (
            "None" if kind is type(None) else f"an instance of {kind.__name__}"
            for kind in self.classes
        )
        return " or ".join(names)


@dataclass(frozen=True)
class PerTask(Rule):
    """A mapping from task names to values that keep the rule."""

    rule: Rule

    def admits(self, value: Any) -> bool:
        return isinstance(value, Mapping) and all(map(self.rule.admits, value.values()))

    def __str__(self) -> str:
        return f"a dict {{task: {self.rule}}}"


@dataclass(frozen=True)
class Several(Rule):
    """One value or more, each of which keeps a rule; none at all where that is allowed."""

    rule: Rule
    or_none: bool = False

    def admits(self, value: Any) -> bool:
        if isinstance(value, str | Mapping) or not isinstance(value, Iterable):
            return False
        values = list(value)
        return (self.or_none or bool(values)) and all(map(self.rule.admits, values))

    def __str__(self) -> str:
        least = "numbers, or none" if self.or_none else "one or more"
        return f"a sequence of {least}, each {self.rule}"


class Seed(Rule):
    """What scikit-learn's check_random_state takes."""

    def admits(self, value: Any) -> bool:
        if value is None or value is np.random or isinstance(value, np.random.RandomState):
            return True
        return isinstance(value, Integral) and 0 <= int(value) < 2**32

    def __str__(self) -> str:
        return "None, an integer in [0, 2**32) or a RandomState instance"


class Jobs(Rule):
    """What joblib takes for the number of jobs."""

    def admits(self, value: Any) -> bool:
        is_count = isinstance(value, Integral) and not isinstance(value, bool)
        return value is None or (is_count and value != 0)

    def __str__(self) -> str:
        return "None or an integer other than 0"


class Either(Rule):
    """Any of several rules."""

    def __init__(self, *rules: Rule) -> None:
        self.rules = rules

    def admits(self, value: Any) -> bool:
        return any(rule.admits(value) for rule in self.rules)

    def __str__(self) -> str:
        return " or ".join(map(str, self.rules))


def require(name: str, value: Any, rule: Rule) -> None:
    """Raise ValueError where an argument breaks its rule."""
    if not rule.admits(value):
        raise ValueError(f"{name} must be {rule}, got {value!r}")


class Configurable(BaseEstimator):
    """Object whose constructor only stores parameters; rules say which are valid."""

    _rules: ClassVar[dict[str, Rule]] = {}

    def set_params(self, **params: Any) -> "Configurable":
        """Set parameters, those of nested objects as ``<parameter>__<its parameter>``.

        Parameters
        ----------
        **params : dict
            Parameters.

        Returns
        -------
        self : object
            The object itself.
        """
        names = self.get_params(deep=False)
        for key in params:
            name, _, nested = key.partition("__")
            value = params.get(name, names.get(name))
            if nested and name in names and not hasattr(value, "set_params"):
                kind = type(self).__name__
                raise ValueError(
                    f"{key} of {kind} cannot be set, since {name} is {value!r} and has no parameters: give {name} "
                    f"first, {kind}({name}=...)"
                )
        return super().set_params(**params)

    def check_params(self) -> None:
        """Raise ValueError at the first parameter that breaks its rule, nested objects included."""
        for name in parameter_names(type(self)):  # type: ignore[arg-type]
            rule, value = self._rules.get(name), getattr(self, name)
            if rule is not None and not rule.admits(value):
                raise ValueError(f"{name} of {type(self).__name__} must be {rule}, got {value!r}")
            if isinstance(value, Configurable):
                value.check_params()
            elif hasattr(value, "get_params") and not isinstance(value, type):  # such as a pipeline
                for nested in value.get_params().values():
                    if isinstance(nested, Configurable):
                        nested.check_params()


@cache
def parameter_names(kind: Any) -> tuple[str, ...]:
    """Return the names of the parameters of a class, in the order in which they are checked."""
    return tuple(sorted(signature(kind).parameters))
