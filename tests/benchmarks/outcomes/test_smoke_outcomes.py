"""The comparison on real tables runs from a folder to its report, and splits and scores fairly."""

import json
from functools import partial

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import d2_log_loss_score, log_loss, r2_score, roc_auc_score

from skmtl import MultiTaskMLP

from ..defaults import read
from . import __main__ as outcomes
from . import rivals
from .__main__ import main
from .report import report
from .rivals import METHODS, SEPARATE, SHARED, VARIANTS
from .scores import calibration_error, records
from .tables import SETTINGS, read_groups, recoded, sizes, split, thinned

KINDS = {"length": "regression", "died": "binary", "stage": "multiclass", "visits": "count"}


@pytest.fixture
def folder(tmp_path, rng):
    """Two small tables of all types, with categories and with gaps among inputs and labels; one has patients."""
    for name in ("rows", "patients"):
        X = rng.standard_normal((240, 3))
        z = X @ rng.standard_normal((3, 4)) / 2
        frame = pd.DataFrame(X, columns=["a", "b", "c"])
        frame["side"] = np.where(X[:, 0] > 0, "high", "low")
        frame["length"] = z[:, 0] + rng.standard_normal(240)
        frame["died"] = np.where(z[:, 1] + rng.standard_normal(240) > 0, "yes", "no")
        frame["stage"] = np.digitize(z[:, 2] + rng.standard_normal(240), [-0.5, 0.5])
        frame["visits"] = rng.poisson(np.exp(z[:, 3]))
        frame["patient"] = np.arange(240) // 8
        for column in ("a", "side", "length", "died"):
            frame.loc[rng.random(240) < 0.1, column] = np.nan
        meta = {
            "name": name,
            "file": "data.csv",
            "inputs": ["a", "b", "c", "side"],
            "categorical": ["side"],
            "group": "patient" if name == "patients" else None,
            "tasks": [{"name": task, "type": kind} for task, kind in KINDS.items()],
        }
        (tmp_path / name).mkdir()
        frame.to_csv(tmp_path / name / "data.csv", index=False)
        (tmp_path / name / "meta.json").write_text(json.dumps(meta), encoding="utf-8")
    return tmp_path


def test_from_folder_to_report(folder, tmp_path, monkeypatch, capsys):
    """Every method has its lines, and a second run takes the scores of the first from the file."""
    small = partial(MultiTaskMLP, (4,), n_members=2, max_iter=2)
    monkeypatch.setattr(rivals, "MultiTaskMLP", small)
    monkeypatch.setattr(outcomes, "SETS", ("rows", "patients"))
    options = ["--folder", str(folder), "--csv", str(tmp_path / "scores.csv")]
    options += ["--splits", "1", "--rows", "120", "--settings", "full", "odd"]
    main([*options, "--methods", SHARED, "linear-cv"])
    first = pd.read_csv(tmp_path / "scores.csv")
    capsys.readouterr()
    main(options)
    said = capsys.readouterr().out
    written = pd.read_csv(tmp_path / "scores.csv")
    assert len(written) == 2 * 2 * len(METHODS) * len(KINDS)
    pd.testing.assert_frame_equal(written[: len(first)], first)
    assert not written[["d2", "seconds"]].isna().any(axis=None)
    for name in METHODS:
        assert sum(line.startswith(f"  {name:12}") for line in said.splitlines()) == 3 + 3
    before = (tmp_path / "scores.csv").read_text(encoding="utf-8")
    main(options)
    assert capsys.readouterr().out.strip() == "\n".join(report(written)).strip()
    assert (tmp_path / "scores.csv").read_text(encoding="utf-8") == before


def test_it_says_why_it_skips(tmp_path, capsys):
    main(["--folder", str(tmp_path)])
    assert "skipped: the tables" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["rows", "patients"])
def test_splits_are_the_same_for_all(name, folder):
    """Settings differ in training labels alone, each a part of the one before; patients train or test."""
    table, groups = read(folder / name), read_groups(folder / name)
    drawn = {key: split(table, groups, 100, 0, setting) for key, setting in SETTINGS.items()}
    full = drawn["full"]
    assert full.raw.train.shape == (100, 3 + 3)
    assert np.isnan(full.raw.train).any() and not np.isnan(full.ready.train).any()
    for key, before in (("half", "full"), ("fifth", "half"), ("odd", "full")):
        np.testing.assert_array_equal(drawn[key].raw.train, full.raw.train)
        for task, labels in drawn[key].y.items():
            known = ~np.isnan(labels)
            np.testing.assert_array_equal(labels[known], drawn[before].y[task][known])
    n_labels = {task: np.isfinite(labels).sum() for task, labels in drawn["odd"].y.items()}
    assert n_labels["visits"] == 10 and n_labels["stage"] == 100
    assert drawn["odd"].parts["visits"] == "rare" and drawn["odd"].parts["stage"] == "rest"
    if groups is None:
        assert full.groups is None
    else:
        of_rows = {tuple(row): group for row, group in zip(table.X.to_numpy()[:, 1:3], groups)}
        tested = {of_rows[tuple(row)] for row in full.raw.test[:, 1:3]}
        assert len(tested) == 10 and not tested & set(full.groups)


def test_two_thirds_train_at_most(folder):
    """Caps that come to the same are one."""
    table = read(folder / "rows")
    assert sizes(table, [1000, 100, 300]) == [100, 300]
    assert len(split(table, None, 300, 0, SETTINGS["full"]).raw.train) == 160


def test_labels_are_taken_at_random():
    """As many as were asked for, of those that are there."""
    Y = np.where(np.arange(40)[:, np.newaxis] < 20, np.nan, np.arange(40.0)[:, np.newaxis])
    left = thinned(Y, np.array([0.8]), 0)
    assert np.isfinite(left).sum() == 4 and np.isfinite(Y).sum() == 20


def test_rare_classes_count_as_missing():
    train = np.array([0.0, 2, 2, 2, 5, 5, 5, np.nan])
    train, test = recoded(train, np.array([0.0, 2, 5, 7, np.nan]))
    np.testing.assert_array_equal(train, [np.nan, 0, 0, 0, 1, 1, 1, np.nan])
    np.testing.assert_array_equal(test, [np.nan, 0, 1, np.nan, np.nan])


def test_scores_are_those_of_their_definitions(folder):
    """What scikit-learn's metrics say of the labelled test rows."""
    drawn = split(read(folder / "rows"), None, 100, 0, SETTINGS["full"])
    predicted = METHODS["glm"](drawn)
    found = {record["task"]: record for record in records(drawn, predicted)}
    known = {name: ~np.isnan(labels) for name, labels in drawn.y_test.items()}
    labels = {name: drawn.y_test[name][rows] for name, rows in known.items()}
    said = {name: predicted[name][rows] for name, rows in known.items()}
    assert found["length"]["d2"] == pytest.approx(r2_score(labels["length"], said["length"]))
    for name in ("died", "stage"):
        assert found[name]["d2"] == pytest.approx(d2_log_loss_score(labels[name], said[name]))
        assert found[name]["log_loss"] == pytest.approx(log_loss(labels[name], said[name]))
    area = roc_auc_score(labels["died"], said["died"][:, 1])
    assert found["died"]["auc"] == pytest.approx(area)


def test_calibration_error():
    """None of probabilities that come true bin by bin; else by how much they are off."""
    known = np.tile([0, 1], 50)
    right = np.full((100, 2), 0.5)
    assert calibration_error(known, right) == pytest.approx(0.0)
    off = np.tile([0.7, 0.3], (100, 1))
    assert calibration_error(known, off) == pytest.approx(0.2)


def test_gains_are_paired():
    """Means over tasks, then splits, then tables; only splits that both methods have count."""
    scores = [
        ("a", 0, SHARED, 0.5), ("a", 0, SEPARATE, 0.4), ("a", 1, SHARED, 0.7), ("a", 1, SEPARATE, 0.4),
        ("b", 0, SHARED, 0.1), ("b", 0, SEPARATE, 0.2), ("b", 1, SHARED, 0.9),
    ]  # fmt: skip
    columns = ["table", "split", "method", "d2"]
    frame = pd.DataFrame(scores, columns=columns).assign(rows=300, setting="full", part="all")
    frame = frame.assign(auc=np.nan, log_loss=np.nan, ece=np.nan, seconds=1.0)
    said = "\n".join(report(frame))
    assert "+0.050 (0.150)" in said  # over tables: the mean of 0.2 and -0.1
    assert "+0.200 (0.100)" in said  # of table a, over its splits
    assert "-0.100" in said


def test_variants(folder, monkeypatch, capsys):
    """Those asked for by name run, and have a line each."""
    monkeypatch.setattr(rivals, "MultiTaskMLP", partial(MultiTaskMLP, max_iter=1))
    monkeypatch.setattr(outcomes, "SETS", ("rows",))
    options = ["--folder", str(folder), "--splits", "1", "--rows", "60", "--settings", "full"]
    main([*options, "--methods", SHARED, *VARIANTS])
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    for name in VARIANTS:
        assert any(line[:1] == [name] for line in lines)
