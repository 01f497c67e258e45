"""Warnings that point at the line of the user."""

import inspect
import warnings

PASSED_OVER = frozenset({"contextlib", "joblib", "numpy", "skmtl", "sklearn"})
"""Packages whose frames lie between the line of the user and what is warned of, decorators among them."""


def warn(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn of what the user called, at the first line outside of the package and of what calls it for the user."""
    frame, level = inspect.currentframe(), 0
    while frame is not None:
        level += 1
        if frame.f_globals.get("__name__", "").partition(".")[0] not in PASSED_OVER:
            break
        frame = frame.f_back
    warnings.warn(message, category, stacklevel=level)
