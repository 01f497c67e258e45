"""Fixtures and settings of every test."""

import os

# Set before NumPy is loaded, here and in pytest-xdist's workers: small matrices gain nothing
# from threads, and two workers on two cores lose by them.
for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")
os.environ["MPLBACKEND"] = "Agg"

import numpy as np  # noqa: E402
import pytest  # noqa: E402
from hypothesis import settings  # noqa: E402

settings.register_profile("reproducible", deadline=None, derandomize=True)
settings.load_profile("reproducible")


@pytest.fixture
def rng():
    """Random numbers that are the same in every run and in every test."""
    return np.random.default_rng(20260122)


def pytest_collection_modifyitems(config, items):
    """Leave doctests out on NumPy 1: docstrings show numbers as NumPy 2 prints them."""
    if np.lib.NumpyVersion(np.__version__) < "2.0.0":
        doctests = [item for item in items if isinstance(item, pytest.DoctestItem)]
        items[:] = [item for item in items if item not in doctests]
        config.hook.pytest_deselected(items=doctests)
