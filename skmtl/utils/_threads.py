"""BLAS threads: one, where matrix products are too small to gain from more.

Threads that share one product wait for each other in a loop. Where other work keeps the cores busy, most of their time
goes by in it. CPU time with two threads over that with one, on two cores with about five other processes, where the
Gram matrix of X takes so many operations:

    operations          1e8     1.6e9    1e10    4e10    1.6e11    7e11
    X.T @ X              57        11     3.2     1.2       1.1
    MultiTaskRidge     7-25     20-24      11      10       2.3     2.2
    L21                  19        15               9       4.9     2.4
    logistic          26-55     12-15      23

On idle cores each more thread wins a share of the one core's time at most: below 1e11 operations, parts of a second a
product.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from threading import Lock
from typing import Any

from threadpoolctl import ThreadpoolController

WORTH_THREADS = 1e11
"""Operations of one matrix product, about a second of one core, from which on BLAS has the threads of the user."""

CHANGES = Lock()


@contextmanager
def few_threads(operations: float) -> Iterator[None]:
    """Give BLAS one thread for a piece of work whose largest matrix product takes so many operations, if too few.

    Otherwise, and afterwards, BLAS has the threads that the user gave it. Most BLAS have one limit for all threads of
    Python: of several pieces of work at once, the one that sees more than one thread sets the limit, and restores it.
    Others leave it alone, since what they would restore is not the user's.
    """
    with ExitStack() as limits:
        if operations < WORTH_THREADS:
            with CHANGES:
                if any(each["num_threads"] != 1 for each in blas().info()):
                    limits.enter_context(blas().limit(limits=1))
        yield


def gram_operations(X: Any) -> float:
    """Return how many operations the smaller of X'X and XX' takes."""
    n_samples, n_features = X.shape
    return 2.0 * n_samples * n_features * min(n_samples, n_features)


@cache
def blas() -> ThreadpoolController:
    """Return the control of the BLAS libraries; that of SciPy, too, is loaded by whatever fits."""
    return ThreadpoolController().select(user_api="blas")
