"""Codes of missing labels: those that the user names, and texts that look like them."""

import re
from collections.abc import Hashable, Iterable, Mapping
from numbers import Number
from typing import Any

import numpy as np

from ..utils import CAST_TEXTS, is_missing, warn

USUAL_TEXTS = frozenset(
    {
        *("", " ", "?", ".", "-", "--", "NA", "N/A", "n/a", "#N/A", "NaN", "NULL", "null"),
        *("Null", "None", "none", "missing", "Missing", "MISSING"),
    }
)
"""Texts that files have where there is no value; any of them may be a class all the same."""

DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}([T ].*)?|\d{1,2}[./]\d{1,2}[./]\d{4}([T ].*)?")
LOOKED_AT = 1000


class MissingCodes:
    """What stands for a missing label in each task; None where nobody names it, so that texts are looked at."""

    def __init__(self, missing: Any, tasks: Iterable[Hashable]) -> None:
        names = list(tasks)
        given = missing if isinstance(missing, Mapping) else dict.fromkeys(names, missing)
        unknown = [name for name in given if name not in names]
        if unknown:
            raise ValueError(f"missing names tasks that y does not have: {unknown}; y has {names}")
        self._by_task = {
            name: None if codes is None else checked(codes) for name, codes in given.items()
        }

    def of(self, name: Hashable) -> tuple | None:
        """Return the codes of a task."""
        return self._by_task.get(name)


def checked(codes: Any) -> tuple:
    """Return codes as a tuple of strings and numbers."""
    if isinstance(codes, str | Number):
        codes = (codes,)
    if not isinstance(codes, Iterable) or isinstance(codes, Mapping):
        raise ValueError(
            "missing must be a list of labels that stand for a missing one, such as ['?', -9], or a dict "
            f"{{task: list}}, got {codes!r}"
        )
    codes = tuple(codes)
    for code in codes:
        if not isinstance(code, str | Number) and not is_missing(code):
            raise ValueError(f"missing must hold strings and numbers, got {code!r}")
    return codes


def coded_as_missing(array: np.ndarray, codes: tuple) -> np.ndarray:
    """Return the mask of the values that are one of the codes; a number is no truth value, and no string."""
    coded = np.zeros(len(array), dtype=bool)
    if array.dtype.kind in "iuf":
        for code in codes:
            coded |= array == code if is_plain_number(code) else False
    elif array.dtype.kind in "OU":
        known = {code for code in codes if not is_missing(code)}
        coded[:] = [(isinstance(v, str) or is_plain_number(v)) and v in known for v in array]
    return coded


def is_plain_number(value: Any) -> bool:
    """Whether a value is a number, which a truth value is not."""
    return isinstance(value, Number) and not isinstance(value, bool | np.bool_)


def texts_as_missing(name: Hashable, texts: set[str]) -> set[str]:
    """Return the texts that a cast made of missing values; warn of them, and of others that look like none."""
    cast, usual = sorted(texts & CAST_TEXTS), sorted(texts & USUAL_TEXTS)
    hint = f"TaskTargets(y, missing={{{name!r}: [...]}}) names what is missing, [] says that nothing is"
    if cast:
        warn(
            f"task {name!r} has the texts {cast}, taken as missing labels that were cast to strings: {hint}"
        )
    if usual:
        warn(
            f"task {name!r} has the classes {usual}, which often stand for a missing label: {hint}"
        )
    some = sorted(texts - set(cast) - set(usual))[:LOOKED_AT]
    if len(some) > 1 and all(DATE.fullmatch(text) for text in some):
        warn(
            f"task {name!r} is taken as classes, but its labels are dates, such as {some[0]!r}: make numbers of them, "
            "such as days from admission"
        )
    return set(cast)
