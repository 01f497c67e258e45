"""The comparison of defaults runs from a folder to its tables, and scores as the models do."""

import json

import numpy as np
import pandas as pd
import pytest

from skmtl import MultiTaskGLM

from . import defaults
from .defaults import (
    SEPARATE,
    Candidate,
    Split,
    chosen_by_others,
    curves,
    main,
    read,
    report,
    scores,
    split,
)

KINDS = {"length": "regression", "died": "binary", "stage": "multiclass", "visits": "count"}


@pytest.fixture
def folder(tmp_path, rng):
    """Two small tables of all types, with categories and with gaps among inputs and labels."""
    for name in ("one", "two"):
        X = rng.standard_normal((160, 3))
        z = X @ rng.standard_normal((3, 4)) / 2
        frame = pd.DataFrame(X, columns=["a", "b", "c"])
        frame["group"] = np.where(X[:, 0] > 0, "high", "low")
        frame["length"] = z[:, 0] + rng.standard_normal(160)
        frame["died"] = np.where(z[:, 1] + rng.standard_normal(160) > 0, "yes", "no")
        frame["stage"] = np.digitize(z[:, 2] + rng.standard_normal(160), [-0.5, 0.5])
        frame["visits"] = rng.poisson(np.exp(z[:, 3]))
        for column in ("a", "group", "length", "died"):
            frame.loc[rng.random(160) < 0.1, column] = np.nan
        meta = {
            "name": name,
            "file": "data.csv",
            "inputs": ["a", "b", "c", "group"],
            "categorical": ["group"],
            "tasks": [{"name": task, "type": kind} for task, kind in KINDS.items()],
        }
        (tmp_path / name).mkdir()
        frame.to_csv(tmp_path / name / "data.csv", index=False)
        (tmp_path / name / "meta.json").write_text(json.dumps(meta), encoding="utf-8")
    return tmp_path


def test_from_folder_to_report(folder, tmp_path, monkeypatch, capsys):
    """Every candidate has a line for each number of rows that leaves enough for testing, and for all."""
    few = {
        name: Candidate(one.penalty, one.strengths[:3]) for name, one in defaults.CANDIDATES.items()
    }
    monkeypatch.setattr(defaults, "SETS", ("one", "two"))
    monkeypatch.setattr(defaults, "CANDIDATES", few)
    options = ["--folder", str(folder), "--splits", "1", "--rows", "50", "100", "1000"]
    main([*options, "--csv", str(tmp_path / "scores.csv")])
    said = capsys.readouterr().out
    assert "100 rows, 2 tables" in said and "1000 rows" not in said
    for name in defaults.CANDIDATES:
        lines = [line for line in said.splitlines() if line.startswith(f"  {name:24}")]
        assert len(lines) == 4
    written = pd.read_csv(tmp_path / "scores.csv", converters={"score": float})
    assert len(written) == 2 * 2 * 3 * len(few)
    assert "\n".join(report(written)) in said


def test_it_says_why_it_skips(tmp_path, capsys):
    main(["--folder", str(tmp_path)])
    assert "skipped: the tables" in capsys.readouterr().out


@pytest.mark.parametrize("name", defaults.CANDIDATES)
def test_scores_are_those_of_the_models(name, folder, monkeypatch):
    """At every strength the mean D2 that ``score`` gives."""
    monkeypatch.setattr(defaults, "TOL", 1e-8)
    table = read(folder / "one")
    drawn = split(table, 80, 0)
    strengths = np.array([10.0, 30.0])
    penalty = defaults.CANDIDATES[name].penalty
    found, stopped = scores(drawn, table.types, Candidate(penalty, strengths))
    assert stopped == 0
    train, test = (dict(zip(table.types, Y.T)) for Y in (drawn.Y, drawn.Y_test))
    for score, alpha in zip(found, strengths[::-1].tolist()):
        model = MultiTaskGLM(penalty.scaled(alpha), task_types=table.types, tol=1e-8)
        np.testing.assert_allclose(
            score, model.fit(drawn.X, train).score(drawn.X_test, test), atol=1e-4
        )


def test_the_same_tasks_count_for_all(folder):
    """A task is left out where test rows have a class that training rows lack; test labels change no inputs."""
    table = read(folder / "two")
    drawn = split(table, 80, 1)
    without = Split(drawn.X, drawn.Y.copy(), drawn.X_test, drawn.Y_test)
    without.Y[drawn.Y[:, 2] == 2, 2] = np.nan
    unscored = Split(drawn.X, without.Y, drawn.X_test, drawn.Y_test.copy())
    unscored.Y_test[:, 2] = np.nan
    candidate = defaults.CANDIDATES[SEPARATE]
    one, two = (scores(each, table.types, candidate)[0] for each in (without, unscored))
    np.testing.assert_array_equal(one, two)


def test_choices_look_at_other_tables_alone():
    """The strength of a table is the best of the others, and grows with rows as its power says."""
    records = [
        {"candidate": "it", "table": table, "rows": rows, "alpha": alpha, "score": score}
        for rows in (100, 1000)
        for table, best in (("a", 1.0), ("b", 10.0), ("c", 10.0))
        for alpha in 10.0 ** np.arange(0, 2.1, 0.25)
        for score in [-abs(np.log10(alpha / best / np.sqrt(rows / 100)))]
    ]
    by_table = curves(pd.DataFrame(records), "it", 0.5)
    assert by_table.idxmax(axis=1).to_dict() == pytest.approx({"a": 1.0, "b": 10.0, "c": 10.0})
    np.testing.assert_allclose(by_table.max(axis=1), 0.0, atol=1e-12)
    assert chosen_by_others(by_table)["a"] == pytest.approx(-1.0)
