"""The four losses in extended precision, from their formulas: raw and y are (n, width)."""

import numpy as np

LONG = np.longdouble


def log_sum_exp(raw: np.ndarray) -> np.ndarray:
    """Return log sum exp of each row, (n, 1)."""
    top = raw.max(axis=1, keepdims=True)
    return top + np.log(np.exp(raw - top).sum(axis=1, keepdims=True))


def value(loss: str, y: np.ndarray, raw: np.ndarray) -> np.ndarray:
    """Return the loss of each sample."""
    if loss == "squared":
        return ((y - raw) ** 2)[:, 0] / 2
    if loss == "poisson":
        return (np.exp(raw) - y * raw + entropy(y) - y)[:, 0]
    if loss == "logistic":
        return (np.logaddexp(LONG(0), raw) - y * raw)[:, 0]
    return (log_sum_exp(raw) - (y * raw).sum(axis=1, keepdims=True))[:, 0]


def response(loss: str, raw: np.ndarray) -> np.ndarray:
    """Return what raw stands for: numbers, means, or probabilities of the columns' classes."""
    if loss == "squared":
        return raw
    if loss == "poisson":
        return np.exp(raw)
    if loss == "logistic":
        return np.exp(-np.logaddexp(LONG(0), -raw))
    return np.exp(raw - log_sum_exp(raw))


def gradient(loss: str, y: np.ndarray, raw: np.ndarray) -> np.ndarray:
    """Return the gradient in raw."""
    return response(loss, raw) - y


def hessian_root(loss: str, raw: np.ndarray) -> np.ndarray:
    """Return matrices R, (n, width, width), with the Hessian R'R of each sample in raw."""
    m = response(loss, raw)
    if loss == "softmax":  # diag(m) - m m' = diag(q) (I - q q') diag(q), q the roots of m
        q = np.sqrt(m)
        return (np.eye(m.shape[1]) - q[:, :, None] * q[:, None, :]) * q[:, None, :]
    curvature = {"squared": np.ones_like(m), "poisson": m, "logistic": m * (1 - m)}[loss]
    return np.sqrt(curvature)[:, :, None]


def conjugate(loss: str, y: np.ndarray, u: np.ndarray) -> np.ndarray:
    """Return the conjugate of the loss of each sample at u, whose y + u is a mean but for rounding."""
    m = y + u
    if loss == "squared":
        return (u * y + u**2 / 2)[:, 0]
    m = np.maximum(m, 0)
    if loss == "poisson":
        return (entropy(m) - m - entropy(y) + y)[:, 0]
    if loss == "logistic":
        return (entropy(m) + entropy(np.maximum(1 - m, 0)))[:, 0]
    return entropy(m).sum(axis=1)


def entropy(m: np.ndarray) -> np.ndarray:
    """Return m log m, zero at zero."""
    return m * np.log(np.where(m > 0, m, 1))


def constant(loss: str, mean: np.ndarray) -> np.ndarray:
    """Return the raw prediction whose response is a mean of y."""
    if loss == "squared":
        return mean
    if loss == "logistic":
        return np.log(mean / (1 - mean))
    return np.log(mean)
