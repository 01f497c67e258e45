"""The comparisons of models made of others run from a folder to their report, on simulated tables."""

import json
from functools import partial

import numpy as np
import pandas as pd
import pytest

from skmtl import MultiTaskMLP

from . import groups, new_task
from .outcomes import __main__ as outcomes
from .outcomes.composed import COMPOSED

KINDS = {"length": "regression", "died": "binary", "visits": "count", "cost": "regression"}


@pytest.fixture
def folder(tmp_path, rng):
    """A table of several outcomes as the real ones are."""
    X = rng.standard_normal((300, 3))
    score = X @ rng.standard_normal(3)
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    frame["length"] = score + rng.standard_normal(300)
    frame["cost"] = -score + rng.standard_normal(300)
    frame["died"] = np.where(score + rng.standard_normal(300) > 0, "yes", "no")
    frame["visits"] = rng.poisson(np.exp(np.clip(score / 2, -2, 2)))
    tasks = [{"name": name, "type": kind} for name, kind in KINDS.items()]
    meta = {
        "name": "rows",
        "file": "data.csv",
        "inputs": list("abc"),
        "categorical": [],
        "tasks": tasks,
    }
    (tmp_path / "rows").mkdir()
    frame.to_csv(tmp_path / "rows" / "data.csv", index=False)
    (tmp_path / "rows" / "meta.json").write_text(json.dumps(meta), encoding="utf-8")
    return tmp_path


def test_gates_and_stacks(folder, monkeypatch, capsys):
    """Each method has its line, each gate its table."""
    monkeypatch.setattr(outcomes, "SETS", ("rows",))
    options = ["--folder", str(folder), "--splits", "2", "--rows", "100", "--settings", "full"]
    outcomes.main([*options, "--methods", *COMPOSED])
    printed = capsys.readouterr().out
    assert all(f"\n  {name} " in printed for name in COMPOSED)
    assert "D2 of gated: - better of joint and alone" in printed
    assert printed.count("within one standard error, or better: ") == 4


def test_new_tasks(folder, monkeypatch, capsys):
    """Each method has a line for each number of rows."""
    monkeypatch.setattr(new_task, "SETS", ("rows",))
    monkeypatch.setattr(
        new_task, "MultiTaskMLP", partial(MultiTaskMLP, (4,), n_members=2, max_iter=3)
    )
    new_task.main(["--folder", str(folder), "--splits", "1"])
    lines = capsys.readouterr().out.splitlines()
    found = {(line.split()[0], line.split()[2]) for line in lines if " rows  " in line}
    assert found == {(str(n), name) for n in new_task.FEW for name in new_task.METHODS}


def test_no_table(tmp_path, capsys):
    """Without the tables it says that it skips them."""
    for module in (new_task, groups):
        module.main(["--folder", str(tmp_path)])
        assert capsys.readouterr().out.startswith("skipped")


def test_folds_hold_every_group(rng):
    """Three folds, in each of which a group with three rows has one."""
    school = rng.integers(0, 20, 200)
    for train, test in groups.folds(school):
        assert not set(train) & set(test) and len(train) + len(test) == 200
        counts = np.bincount(school[test], minlength=20)
        assert (np.abs(counts - np.bincount(school, minlength=20) / 3) < 1).all()


def test_groups(tmp_path, rng, monkeypatch, capsys):
    """Schools, hospitals and patients, each in its protocol."""
    monkeypatch.setattr(groups, "FRACTIONS", (0.1,))
    monkeypatch.setattr(groups, "ALPHAS", np.array([10.0, 100.0]))
    n = 160
    frame = pd.DataFrame(rng.standard_normal((n, 3)), columns=["a", "b", "c"])
    frame["unit"] = np.repeat(np.arange(4), n // 4)
    frame["score"] = frame["total_UPDRS"] = frame["a"] + frame["unit"] + rng.standard_normal(n)
    frame["disease"] = (frame["a"] + rng.standard_normal(n) > 0).astype(int)
    frame["test_0"] = rng.integers(0, 2, n)
    meta = {"file": "data.csv.gz", "inputs": list("abc"), "categorical": [], "group": "unit"}
    meta |= {"tasks": [{"name": "score"}], "extra": ["test_0"]}
    for name in groups.SETS:
        (tmp_path / name).mkdir()
        frame.to_csv(tmp_path / name / "data.csv.gz", index=False)
        (tmp_path / name / "meta.json").write_text(json.dumps(meta), encoding="utf-8")
    groups.main(["--folder", str(tmp_path), "--splits", "1", "--random", "1"])
    printed = capsys.readouterr().out
    for name in (*groups.SHARINGS, "as it comes", "gated"):
        assert f"\n  {name} " in printed
    assert printed.count("RMSE") == 6
