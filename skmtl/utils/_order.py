"""Arguments in another order: an estimator where data belong, or data where an estimator does."""

from typing import Any


def is_estimator(value: Any) -> bool:
    """Whether a value is an estimator, not a class of them."""
    return hasattr(value, "fit") and hasattr(value, "get_params") and not isinstance(value, type)


def require_estimator(argument: str, value: Any, order: str) -> None:
    """Raise TypeError where an argument is no estimator; order is how the function is called."""
    if not is_estimator(value):
        kind = f"the class {value.__name__}" if isinstance(value, type) else type(value).__name__
        raise TypeError(f"{argument} must be a model, got {kind}: the order is {order}")


def refuse_estimator(argument: str, value: Any) -> None:
    """Raise TypeError where data are expected and an estimator is given."""
    if is_estimator(value):
        raise TypeError(
            f"{argument} must hold data, got an estimator, {type(value).__name__}: a model comes before inputs, and "
            "inputs before targets"
        )
