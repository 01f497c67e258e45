"""How the package is built: who imports whom, what is public, how long a file may be."""

import ast
import importlib
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest
from numpydoc.validate import validate

import skmtl

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted((ROOT / "skmtl").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
OTHERS = sorted((ROOT / "examples").rglob("*.py"))

# Each room may import the floors below its own, and itself.
FLOORS = [
    {"utils"},
    {"penalties", "solvers"},
    {"losses", "tasks"},
    {"heads"},
    {"metrics"},
    {"model_selection"},
    {"base"},
    {"linear_model", "neural_network"},
    {"compose"},
    {"inspection"},
]
MAY_IMPORT = {
    room: set().union({room}, *FLOORS[:i]) for i, floor in enumerate(FLOORS) for room in floor
}
MAY_IMPORT["losses"] = {"losses", "utils"}
MAY_IMPORT["datasets"] = {"datasets", "tasks"}

PUBLIC = [
    "skmtl",
    "skmtl.compose",
    "skmtl.datasets",
    "skmtl.inspection",
    "skmtl.linear_model",
    "skmtl.losses",
    "skmtl.metrics",
    "skmtl.model_selection",
    "skmtl.neural_network",
    "skmtl.penalties",
    "skmtl.solvers",
]

# What numpydoc.validate reports and we do not ask for: where the text starts, more sections, verbs.
UNASKED = {"ES01", "EX01", "GL01", "GL02", "GL03", "RT02", "SA01", "SS05"}
# Of losses, penalties and solvers the base class says once what goes in and out of the methods.
NUMERICS = {"skmtl.losses", "skmtl.penalties", "skmtl.solvers"}
UNASKED_OF_NUMERIC_METHODS = UNASKED | {"PR01", "RT01"}

WATCH = """
import sys

class Watch:
    def find_spec(self, name, path=None, target=None):
        if name in {"matplotlib", "pandas", "polars", "pyarrow", "rich"}:
            frame = sys._getframe(1)
            while "importlib" in frame.f_code.co_filename:
                frame = frame.f_back
            print(frame.f_globals["__name__"], "imports", name)
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Watch())
"""
WALK = """
import importlib, pkgutil

for module in pkgutil.walk_packages(skmtl.__path__, "skmtl."):
    importlib.import_module(module.name)
"""


def relative(path):
    return str(path.relative_to(ROOT))


def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path):
    """Absolute dotted names of what a file imports, anywhere in it."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *filter(None, [node.module])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


def room_of(path):
    """The first folder of a file of the package; None for the package's own `__init__`."""
    parts = path.relative_to(ROOT / "skmtl").parts
    return parts[0] if len(parts) > 1 else None


def rooms_imported(path):
    """Rooms that a file imports; the empty string for the package itself."""
    for name in imported(path):
        if name.split(".")[0] == "skmtl":
            room = name.split(".")[1] if "." in name else ""
            yield room if (ROOT / "skmtl" / room).is_dir() else ""


def public_names(package):
    """What a public package offers."""
    return sorted(set(importlib.import_module(package).__all__) - {"__version__"})


def methods(thing):
    """What a user finds on a class that is ours to document."""
    for name in dir(thing) if inspect.isclass(thing) else ():
        static = inspect.getattr_static(thing, name)
        function = getattr(static, "fget", None) or getattr(static, "__func__", static)
        ours = (getattr(function, "__module__", None) or "").startswith("skmtl")
        if name.startswith("_") or not ours or inspect.isclass(static):
            continue
        # A base class's page says what a method means: one that implements it need not repeat it.
        said = any(getattr(vars(base).get(name), "__doc__", None) for base in thing.__mro__[1:])
        if not (said and name in vars(thing)):
            yield name


def faults(dotted, unasked):
    """What numpydoc finds wrong with a docstring."""
    return [f"{dotted} {c}: {text}" for c, text in validate(dotted)["errors"] if c not in unasked]


def api_sections():
    """The API page, {package: text}."""
    page = (ROOT / "docs" / "api.rst").read_text(encoding="utf-8")
    pieces = re.split(r"^(skmtl[\w.]*)\n-+\n", page, flags=re.MULTILINE)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_imports_go_down(path):
    room = room_of(path)
    if room is None:
        pytest.skip("the package itself stands above all rooms")
    assert room in MAY_IMPORT, f"{room} has no floor"
    assert set(rooms_imported(path)) <= MAY_IMPORT[room]


@pytest.mark.parametrize(
    "path", [p for p in SOURCES if room_of(p) in {"losses", "penalties", "solvers"}], ids=relative
)
def test_mathematics_knows_numpy_and_scipy_only(path):
    outside = {name.split(".")[0] for name in imported(path)} - set(sys.stdlib_module_names)
    assert outside <= {"numpy", "scipy", "skmtl"}


@pytest.mark.parametrize("path", [p for p in SOURCES if room_of(p) != "heads"], ids=relative)
def test_heads_answer_for_themselves(path):
    """What depends on the kind of a task is a method of its head, not a question of which class it is."""
    asked = [
        ast.unparse(node)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"isinstance", "issubclass"}
    ]
    assert not [call for call in asked if re.search(r"Head\b", call)]


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_warnings_find_the_line_of_the_user(path):
    """``utils.warn`` looks for it: a number of frames is wrong as soon as one more function is called."""
    calls = [ast.unparse(n.func) for n in ast.walk(tree(path)) if isinstance(n, ast.Call)]
    assert path.name == "_warn.py" or not {"warnings.warn", "warnings.warn_explicit"} & {*calls}


@pytest.mark.parametrize("path", SOURCES + TESTS + OTHERS, ids=relative)
def test_nothing_private_of_scikit_learn(path):
    private = re.compile(r"sklearn\.(.+\.)?(_(?!_)|externals\b)")
    assert not [name for name in imported(path) if private.match(name)]


@pytest.mark.parametrize("walk", ["", WALK], ids=["the package", "every module"])
def test_import_is_light(walk):
    """No warning, and nobody asks for pandas, polars, matplotlib or rich.

    scikit-learn itself imports pandas where it finds it, so what is loaded says little: the heavy
    libraries are hidden, and who asks for them is written down.
    """
    command = [sys.executable, "-W", "error", "-c", WATCH + "import skmtl\n" + walk]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert [line for line in result.stdout.splitlines() if not line.startswith("sklearn.")] == []


@pytest.mark.parametrize("path", SOURCES + TESTS, ids=relative)
def test_files_are_short(path):
    limit = 400 if path in SOURCES else 300
    assert len(path.read_text(encoding="utf-8").splitlines()) <= limit


@pytest.mark.parametrize("path", [p for p in SOURCES if p.name == "__init__.py"], ids=relative)
def test_inits_hold_imports_and_all(path):
    """A docstring, imports, `__all__` (ruff keeps it sorted) and at most `__version__`.

    The package itself imports nothing but on demand, and names that in one more statement.
    """
    body = tree(path).body
    assert ast.get_docstring(tree(path))
    if room_of(path) is None:
        *body, last = (node for node in body if not isinstance(node, ast.If))
        assert ast.unparse(last).startswith("__getattr__, __dir__ = lazily(")
    assigned = {}
    for node in body[1:]:
        if isinstance(node, ast.Assign):
            (target,) = node.targets
            assigned[target.id] = ast.literal_eval(node.value)
        else:
            assert isinstance(node, ast.Import | ast.ImportFrom), ast.unparse(node)
    assert set(assigned) <= {"__all__", "__version__"}
    assert "__all__" in assigned or len(body) == 1
    names = assigned.get("__all__", [])
    assert names == sorted(names, key=lambda name: (not name.isupper(), name[0].islower(), name))


def test_every_room_is_public_or_known_to_be_internal():
    rooms = {path.parent.name for path in (ROOT / "skmtl").glob("*/__init__.py")}
    public = {package.removeprefix("skmtl.") for package in PUBLIC} - {"skmtl"}
    assert rooms == public | {"base", "heads", "tasks", "utils"}


def test_the_api_page_has_a_section_a_public_package():
    assert sorted(api_sections()) == sorted(PUBLIC)


@pytest.mark.parametrize("package", PUBLIC)
def test_every_public_name_is_on_the_api_page(package):
    section = api_sections()[package]
    on_page = set(re.findall(r"^   (\w+)$|`~skmtl\.(\w+)`", section, flags=re.MULTILINE))
    assert set(public_names(package)) == {listed or linked for listed, linked in on_page}


@pytest.mark.parametrize("package", PUBLIC)
def test_every_public_name_is_documented(package):
    """numpydoc's own validation; a function and a class that can be made also show an example."""
    of_methods = UNASKED_OF_NUMERIC_METHODS if package in NUMERICS else UNASKED
    found = []
    for name in public_names(package):
        thing = getattr(importlib.import_module(package), name)
        found += faults(f"{package}.{name}", UNASKED)
        for method in methods(thing):
            found += faults(f"{package}.{name}.{method}", of_methods)
        if not inspect.isabstract(thing) and ">>>" not in (thing.__doc__ or ""):
            found.append(f"{package}.{name} has no example")
    assert found == []


def test_the_citation_is_of_this_version():
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.search(r"^version: (.*)$", citation, re.MULTILINE).group(1) == skmtl.__version__
