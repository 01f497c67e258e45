"""The README keeps its promises: its example runs, its commands name what is there."""

import re
import textwrap
import tomllib
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.rst").read_text(encoding="utf-8")
FIRST_SCREEN = 50  # lines


def python_block():
    """The code under the first `code-block:: python`."""
    block = re.search(r"\.\. code-block:: python\n\n((?: {4}.*\n|\n)+)", README).group(1)
    return textwrap.dedent(block)


def commands():
    """The lines to paste."""
    return re.findall(r"^ +(python3 -m venv .*)$", README, flags=re.MULTILINE)


def test_example_runs():
    """The example predicts every outcome of every held-out patient."""
    namespace = {}
    exec(python_block(), namespace)
    predicted, y_test = namespace["predicted"], namespace["y_test"]
    assert list(predicted) == list(y_test)
    for name in y_test:
        assert predicted[name].shape == (y_test.shape[0],)
    assert np.isfinite(predicted["log_slos"]).all()


def test_example_is_short():
    """About fifteen lines."""
    assert len([line for line in python_block().splitlines() if line.strip()]) <= 16


def test_first_screen_holds_the_commands_and_the_example():
    """Nobody has to scroll for what to paste."""
    first_screen = "\n".join(README.splitlines()[:FIRST_SCREEN])
    assert all(command in first_screen for command in commands())
    assert python_block().splitlines()[-1] in first_screen


def test_each_command_is_complete():
    """Each makes the environment, installs an extra that exists, runs a file that exists."""
    with open(ROOT / "pyproject.toml", "rb") as file:
        extras = tomllib.load(file)["project"]["optional-dependencies"]
    assert len(commands()) == 2
    for command in commands():
        make, install, run = command.split(" && ")
        assert make == "python3 -m venv .venv"
        assert re.fullmatch(r"\.venv/bin/pip install '\.\[(\w+)\]'", install).group(1) in extras
        assert run.startswith(".venv/bin/python ")
        for script in re.findall(r"\S+\.py", run):
            assert (ROOT / script).is_file()


@pytest.mark.parametrize("path", sorted(set(re.findall(r"``((?:docs|skmtl)/[\w/.]*)``", README))))
def test_paths_exist(path):
    """Every file or folder that the text names is there."""
    assert (ROOT / path).exists()
