"""The rows of the tables: what is wrong, how it is made of a good call, and what the message names."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from inspect import isfunction
from typing import Any

from sklearn.base import clone

from .subjects import Call, Subject

REFUSED = (ValueError, TypeError)


def always(subject: Subject) -> bool:
    """Whether a bad input is one for any subject."""
    return True


def joint(subject: Subject) -> bool:
    """Whether the subject takes several tasks."""
    return subject.is_joint


@dataclass(frozen=True)
class BadInput:
    """A call that must be refused: match is a regular expression for the message.

    In match, {task} stands for how messages call the first task: by its name, or "y" where it is the only outcome.
    where says which subjects the input is bad for.
    """

    name: str
    spoil: Callable[[Call], Call]
    match: str
    where: Callable[[Subject], bool] = always
    errors: tuple[type, ...] = REFUSED

    def pattern(self, subject: Subject) -> str:
        """Return the regular expression for a subject."""
        return self.match.replace("{task}", repr(subject.tasks[0]) if subject.is_joint else "y")

    def __str__(self) -> str:
        return self.name


def bad_X(name: str, make: Callable[[Any], Any], match: str, **settings: Any) -> BadInput:
    """Return a bad input whose X is made of a good one."""
    return BadInput(f"X: {name}", lambda call: replace(call, X=make(call.X)), match, **settings)


def bad_y(name: str, make: Callable[[Any], Any], match: str, **settings: Any) -> BadInput:
    """Return a bad input whose y is made of a good one; of joint models, a dict of columns."""
    settings = {"where": joint} | settings
    return BadInput(f"y: {name}", lambda call: replace(call, y=make(call.y)), match, **settings)


def bad_column(name: str, make: Callable[[Any], Any], match: str, **settings: Any) -> BadInput:
    """Return a bad input whose first task is made of a good one, or whose only outcome."""

    def spoil(y: Any) -> Any:
        if not isinstance(y, dict):
            return make(y)
        first = next(iter(y))
        return y | {first: make(y[first])}

    return bad_y(f"column, {name}", spoil, match, **{"where": always} | settings)


def bad_fit(
    name: str, argument: str, make: Callable[[Call], Any], match: str, **settings: Any
) -> BadInput:
    """Return a bad input of an argument of fit beside X and y."""
    where = settings.pop("where", always)
    return BadInput(
        f"{argument}: {name}",
        lambda call: call.with_fit(**{argument: make(call)}),
        match,
        lambda subject: subject.takes(argument) and where(subject),
        **settings,
    )


def bad_param(name: str, value: Any, match: str, label: str = "", **settings: Any) -> BadInput:
    """Return a bad input of a parameter; of value a function of the call makes it."""
    where = settings.pop("where", always)

    def spoil(call: Call) -> Call:
        return call.with_params(**{name: value(call) if isfunction(value) else value})

    return BadInput(
        f"{name}={label or shown(value)}",
        spoil,
        match,
        lambda subject: subject.has(name) and where(subject),
        **settings,
    )


def shown(value: Any) -> str:
    """Return a value as text of one line."""
    return " ".join(repr(value).split())[:60]


def refitted(subject: Subject, params: dict[str, Any]) -> Any:
    """Return a model that was fitted once, with other parameters now."""
    model = clone(subject.model)
    learnt = {
        name: value for name, value in vars(subject.fitted()).items() if name not in vars(model)
    }
    vars(model).update(learnt)
    return model.set_params(**params)
