"""Tests of what all loaders promise."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from skmtl import TaskTargets
from skmtl.datasets import load_nhanes, load_support2

LOADERS = {
    load_support2: dict(shape=(9105, 28), n_tasks=7, n_missing=37747, n_categorical=5),
    load_nhanes: dict(shape=(5265, 49), n_tasks=19, n_missing=17798 + 261, n_categorical=12),
}
each_loader = pytest.mark.parametrize("load", LOADERS, ids=lambda load: load.__name__)
each_container = pytest.mark.parametrize("as_frame", [True, False])


@each_loader
@each_container
def test_bunch(load, as_frame):
    """The Bunch agrees with itself and with the documented sizes."""
    bunch, expected = load(as_frame=as_frame), LOADERS[load]
    assert bunch.data.shape == expected["shape"]
    assert np.isnan(load(as_frame=False).data).sum() == expected["n_missing"]
    assert len(bunch.feature_names) == expected["shape"][1]
    assert len(bunch.categorical) == expected["n_categorical"]
    assert list(bunch.categories) == bunch.categorical
    assert set(bunch.categorical) <= set(bunch.feature_names)
    assert not set(bunch.target_names) & set(bunch.feature_names)
    assert isinstance(bunch.target, TaskTargets)
    assert bunch.target.shape == (expected["shape"][0], expected["n_tasks"])
    assert list(bunch.target) == bunch.target_names == list(bunch.task_types)
    assert bunch.target.task_types == bunch.task_types


@each_loader
def test_frame(load):
    """The frame holds the inputs and the targets, and nothing else."""
    bunch = load()
    assert list(bunch.data) == bunch.feature_names
    assert list(bunch.frame) == bunch.feature_names + bunch.target_names
    pd.testing.assert_frame_equal(bunch.frame[bunch.feature_names], bunch.data)
    for task in bunch.target_names:
        observed = bunch.target.observed(task)
        np.testing.assert_array_equal(bunch.frame[task].notna(), observed)
        np.testing.assert_array_equal(bunch.frame[task][observed], bunch.target[task][observed])


@each_loader
def test_dtypes_of_the_frame(load):
    """Text is categorical, with its missing values kept; all else is a number."""
    bunch = load()
    for column in bunch.feature_names:
        if column in bunch.categorical:
            assert isinstance(bunch.data[column].dtype, pd.CategoricalDtype)
            assert list(bunch.data[column].cat.categories) == bunch.categories[column]
        else:
            assert bunch.data[column].dtype.kind in "if"


@each_loader
def test_array_holds_the_codes_of_the_frame(load):
    """Both containers hold the same values, categories as positions among the sorted ones."""
    frame, bunch = load().data, load(as_frame=False)
    assert bunch.frame is None
    assert bunch.data.dtype == np.float64
    for position, column in enumerate(bunch.feature_names):
        expected = frame[column]
        if column in bunch.categorical:
            assert bunch.categories[column] == sorted(bunch.categories[column])
            expected = expected.cat.codes.astype(float).replace(-1.0, np.nan)
        np.testing.assert_array_equal(bunch.data[:, position], expected)


@each_loader
@each_container
def test_return_X_y(load, as_frame):
    """(data, target) are those of the Bunch."""
    bunch = load(as_frame=as_frame)
    X, y = load(return_X_y=True, as_frame=as_frame)
    assert type(X) is type(bunch.data)
    assert y == bunch.target
    assert y.task_types == bunch.task_types
    if as_frame:
        pd.testing.assert_frame_equal(X, bunch.data)
    else:
        np.testing.assert_array_equal(X, bunch.data)


@each_loader
def test_calls_share_nothing(load):
    """Changing what one call returned does not change the next."""
    X, y = load(return_X_y=True, as_frame=False)
    task = list(y)[-1]
    X[:], y[task][:] = 0.0, 0.0
    again, y_again = load(return_X_y=True, as_frame=False)
    assert not np.array_equal(again, X)
    assert not np.array_equal(y_again[task], y[task])


@each_loader
def test_description_names_every_task_and_the_source(load):
    """DESCR and the docstring name each task; both give the licence and what to cite."""
    bunch = load(as_frame=False)
    for page in (bunch.DESCR, load.__doc__):
        text = " ".join(page.split())
        assert all(task in text for task in bunch.target_names)
        assert "cite" in text
        assert "CC BY 4.0" in text or "public domain" in text


@each_loader
@pytest.mark.parametrize("name", ["return_X_y", "as_frame"])
def test_flags_are_checked(load, name):
    """A value that is neither True nor False is refused by name."""
    with pytest.raises(ValueError, match=f"{name} must be True or False, got 'auto'"):
        load(**{name: "auto"})


BLOCK_PANDAS = """
import sys
sys.modules["pandas"] = None
from skmtl.datasets import {load}
X, y = {load}(return_X_y=True, as_frame=False)
print(*X.shape, *y.shape)
try:
    {load}()
except ImportError as error:
    print(error)
"""


@each_loader
def test_arrays_need_no_pandas(load):
    """Without pandas as_frame=False works, and as_frame=True says what to install."""
    code = BLOCK_PANDAS.format(load=load.__name__)
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    shape, message = run.stdout.splitlines()
    expected = LOADERS[load]
    assert shape == "{} {} {} {}".format(
        *expected["shape"], expected["shape"][0], expected["n_tasks"]
    )
    assert f"{load.__name__} with as_frame=True needs pandas" in message
    assert "pip install 'skmtl[plot]'" in message
