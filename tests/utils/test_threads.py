"""BLAS has one thread for small work, and afterwards what the user gave it."""

import threading

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from skmtl.utils import few_threads, gram_operations

FEW, MANY = 1e3, 1e12


def n_threads():
    """The largest number of threads of a BLAS library."""
    blas = [each for each in threadpool_info() if each["user_api"] == "blas"]
    return max((each["num_threads"] for each in blas), default=1)


@pytest.fixture(autouse=True)
def user_has_two():
    with threadpool_limits(2, user_api="blas"):
        if n_threads() != 2:
            pytest.skip("this BLAS has no threads to give")
        yield


@pytest.mark.parametrize(("operations", "inside"), [(FEW, 1), (MANY, 2)])
def test_small_work_has_one_thread_and_large_work_the_user_s(operations, inside):
    with few_threads(operations):
        assert n_threads() == inside
    assert n_threads() == 2


def test_the_limit_ends_with_an_error():
    with pytest.raises(FloatingPointError), few_threads(FEW):
        raise FloatingPointError
    assert n_threads() == 2


def test_work_within_work():
    with few_threads(FEW):
        with few_threads(FEW):
            pass
        assert n_threads() == 1
    assert n_threads() == 2


@pytest.mark.parametrize("ends_first", ["the first", "the second"])
def test_work_in_threads_that_overlap(ends_first):
    """What remains is what the user gave, not the limit that one piece of work saw while another went on."""
    begun, ended = threading.Event(), threading.Event()

    def second():
        with few_threads(FEW):
            assert n_threads() == 1
            begun.set()
            if ends_first == "the first":
                ended.wait(10)

    other = threading.Thread(target=second)
    with few_threads(FEW):
        other.start()
        assert begun.wait(10)
        if ends_first == "the second":
            other.join()
            assert n_threads() == 1
    ended.set()
    other.join()
    assert n_threads() == 2


def test_operations_are_those_of_the_smaller_gram_matrix():
    assert (
        gram_operations(np.empty((30, 5))) == gram_operations(np.empty((5, 30))) == 2 * 30 * 5 * 5
    )
