"""The benchmark of schools runs, on a few that are simulated."""

import json

import numpy as np
import pandas as pd
import pytest

from . import school

N_SCHOOLS, PUPILS = 5, 30


@pytest.fixture
def folder(tmp_path, rng):
    """A table as the real one is."""
    n = N_SCHOOLS * PUPILS
    frame = pd.DataFrame(rng.standard_normal((n, 3)), columns=["a", "b", "c"])
    frame["constant"] = 1.0
    frame["school"] = np.repeat(np.arange(N_SCHOOLS) + 1, PUPILS)
    frame["score"] = 20.0 + 3.0 * frame["a"] + 0.1 * frame["school"] + rng.standard_normal(n)
    for k in range(3):
        frame[f"test_{k}"] = (
            rng.permuted(np.tile(np.arange(PUPILS), (N_SCHOOLS, 1)), axis=1) < 8
        ).ravel()
    frame.astype({f"test_{k}": int for k in range(3)}).to_csv(tmp_path / "data.csv", index=False)
    meta = {
        "file": "data.csv",
        "inputs": ["a", "b", "c", "constant"],
        "group": "school",
        "tasks": [{"name": "score"}],
        "extra": [f"test_{k}" for k in range(3)],
    }
    (tmp_path / "meta.json").write_text(json.dumps(meta), encoding="utf-8")
    return tmp_path


def test_every_method_runs(folder, capsys):
    school.main(["--folder", str(folder), "--splits", "1"])
    lines = capsys.readouterr().out.splitlines()
    errors = {
        line[2:].split("  ")[0]: line.split()[-3] for line in lines[1 : 1 + len(school.METHODS)]
    }
    assert list(errors) == list(school.METHODS)
    assert all(
        0.5 < float(error) < 2.0 for error in errors.values()
    )  # noise has standard deviation 1
    assert lines[-1].startswith("  met: the best of ours")


def test_test_rows_are_for_testing_alone(folder):
    """What is predicted does not hang on the scores of the test rows."""
    data = school.read(folder)
    test, train = np.flatnonzero(data.tests[0]), np.flatnonzero(~data.tests[0])
    assert np.bincount(data.school[test]).tolist() == [8] * N_SCHOOLS
    moved = school.Schools(data.X, data.y + 100.0 * data.tests[0], data.school, data.tests)
    method = school.METHODS["trace"]
    error = school.tuned_error(data, method, train, test)
    assert abs(school.tuned_error(moved, method, train, test) - 100.0) < 3.0 * error


def test_errors_are_a_mean_over_schools():
    """A large school counts as much as a small one."""
    code = np.array([0, 0, 0, 2])
    data = school.Schools(np.ones((4, 1)), np.array([1.0, 1.0, 1.0, 5.0]), code, np.zeros((1, 4)))
    assert data.errors(np.zeros((3, 1)), np.zeros(3), np.arange(4)) == (1.0 + 5.0) / 2


def test_data_that_are_not_there(tmp_path, capsys):
    school.main(["--folder", str(tmp_path)])
    assert capsys.readouterr().out.startswith("skipped")
