"""The package imports its rooms when they are asked for."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import skmtl

ROOT = Path(__file__).resolve().parents[1]
INTERNAL = {"base", "heads", "tasks", "utils"}
ROOMS = sorted({path.parent.name for path in ROOT.glob("skmtl/*/__init__.py")} - INTERNAL)

LOADED = """
import sys
import skmtl

print(*(name for name in sys.modules if name.startswith("skmtl.")))
dir(skmtl)
assert not [name for name in sys.modules if name.startswith("skmtl.") and name != "skmtl._lazy"]
"""


def run(program):
    """What a program prints in a process of its own."""
    command = [sys.executable, "-c", program]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_the_package_imports_no_room_before_it_is_asked_for():
    assert run(LOADED).split() == ["skmtl._lazy"]


def test_rooms_are_attributes_of_the_package():
    by_attribute = [f"print(skmtl.{name}.__name__)" for name in ROOMS]
    assert run("\n".join(["import skmtl", *by_attribute])).split() == [f"skmtl.{r}" for r in ROOMS]
    by_name = [f"from skmtl import {name}; print({name}.__name__)" for name in ROOMS]
    assert run("\n".join(by_name)).split() == [f"skmtl.{r}" for r in ROOMS]


def test_a_name_of_the_package_loads_its_home_alone():
    program = "import sys; from skmtl import MultiTaskRidge; print(*sys.modules)"
    loaded = set(run(program).split())
    assert "skmtl.linear_model" in loaded
    others = {f"skmtl.{room}" for room in ("compose", "datasets", "inspection", "neural_network")}
    assert not loaded & {*others, "scipy.cluster", "sklearn.feature_selection"}


def test_the_package_says_what_it_has():
    assert {*skmtl.__all__, *ROOMS, "__version__"} <= set(dir(skmtl))
    with pytest.raises(AttributeError, match="module 'skmtl' has no attribute 'nothing'"):
        skmtl.nothing  # noqa: B018


def test_type_checkers_see_what_the_package_imports_when_asked():
    """The imports under TYPE_CHECKING are of the same names, from the same homes."""
    body = ast.parse(Path(skmtl.__file__).read_text(encoding="utf-8")).body
    (block,) = [node for node in body if isinstance(node, ast.If)]
    shown = {}
    for node in block.body:
        for alias in node.names:
            shown[alias.name] = f"skmtl.{node.module}" if node.module else f"skmtl.{alias.name}"
    assert set(shown) == set(skmtl.__all__) | set(ROOMS)
    for name, home in shown.items():
        own = importlib.import_module(home)
        assert getattr(skmtl, name) is (own if home == f"skmtl.{name}" else getattr(own, name))
