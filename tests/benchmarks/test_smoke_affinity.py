"""The benchmark of task_affinity runs, at toy size."""

from . import affinity


def test_all_kinds_run(capsys, monkeypatch):
    monkeypatch.setattr(affinity, "N_FOLDS", 4)
    affinity.main(["--sizes", "100", "--seeds", "1", "--rows", "0"])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[2:]] == list(affinity.TYPES)
