"""What a law is: a check of a draw that passes, does not apply after all, or is violated."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .specs import Spec


class Violation(AssertionError):
    """What a fit does that no fit may."""


class Inapplicable(Exception):
    """Why a law says nothing of a draw."""


@dataclass(frozen=True)
class Law:
    """A law: its name, the check, and which draws it is about. Every draw meets those that are ``always`` checked."""

    name: str
    check: Callable[[Any], None]
    applies: Callable[[Spec], bool]
    always: bool

    @property
    def text(self) -> str:
        """What it says."""
        return (self.check.__doc__ or "").strip().splitlines()[0]


LAWS: dict[str, Law] = {}


def law(
    name: str, applies: Callable[[Spec], bool] = lambda spec: True, always: bool = False
) -> Callable[[Callable], Callable]:
    """Make a function of a draw a law."""

    def keep(check: Callable) -> Callable:
        LAWS[name] = Law(name, check, applies, always)
        return check

    return keep


def need(holds: Any, text: str) -> None:
    """Raise Violation unless something holds."""
    if not holds:
        raise Violation(text)
