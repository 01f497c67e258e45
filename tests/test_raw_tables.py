"""The pipelines of README, guide and examples keep every column of a raw table, whatever its strings are to pandas."""

import ast
import re
import textwrap
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.compose import ColumnTransformer

from skmtl import TaskTargets

ROOT = Path(__file__).resolve().parents[1]
N = 120


def raw_table(rng):
    """Return a table as files give it: gaps everywhere, patients as its index."""
    text = rng.choice(["Emergency", "Elective", None], N, p=[0.5, 0.4, 0.1])
    payer = pd.Series(rng.choice(["A", "B"], N), dtype="string")
    site = pd.Series(rng.choice(["north", "south"], N), dtype="category")
    age = rng.normal(60, 10, N)
    for column, gap in ((payer, pd.NA), (site, np.nan)):
        column[::11] = gap
    age[::7] = np.nan
    table = pd.DataFrame(
        {
            "age": age,
            "visits": pd.array(rng.integers(0, 9, N), dtype="Int64"),
            "admission": text.astype(object),
            "payer": payer,
            "site": site,
            "smokes": rng.random(N) > 0.5,
            "icu": pd.array(rng.random(N) > 0.5, dtype="boolean"),
        }
    )
    table.loc[3, ["visits", "icu"]] = pd.NA
    return table.set_index(pd.Index([f"p{k}" for k in range(N)], name="patient"))


def guide(page):
    """Return the code of a page, up to the model."""
    text = (ROOT / "docs" / "guide" / page).read_text(encoding="utf-8")
    code = "\n".join(line[4:] for line in text.splitlines() if line.startswith((">>> ", "... ")))
    return code[code.index("from sklearn.compose") : code.index("model = make_pipeline")]


def example(name):
    """Return the imports of an example, and what it defines of its columns."""
    wanted = {"numbers", "as_texts", "texts", "are_numbers", "columns"}
    kept = [
        node
        for node in ast.parse((ROOT / "examples" / name).read_text(encoding="utf-8")).body
        if isinstance(node, ast.Import | ast.ImportFrom)
        or (isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in wanted)
    ]
    return ast.unparse(ast.Module(kept, []))


SOURCES = {
    "several_outcomes.rst": guide,
    "plot_hospital_outcomes.py": example,
    "plot_network_outcomes.py": example,
}


@pytest.mark.parametrize("source", SOURCES)
def test_pipelines_keep_every_column(source, rng):
    namespace = {}
    exec(SOURCES[source](source), namespace)
    columns = namespace["columns"]
    assert isinstance(columns, ColumnTransformer)
    table = raw_table(rng)
    kept = clone(columns).fit_transform(table)
    for name in table:
        changed = table.copy()
        changed[name] = changed[name].to_numpy()[::-1]
        other = clone(columns).fit_transform(changed.astype(table.dtypes))
        assert not np.array_equal(dense(kept), dense(other), equal_nan=True), name


def dense(table):
    return np.asarray(table.toarray() if hasattr(table, "toarray") else table, dtype=float)


def test_groups_keep_every_column_beside_them(rng):
    namespace = {}
    exec(guide("hospitals_as_tasks.rst"), namespace)
    table = raw_table(rng).assign(dzgroup=rng.choice(["a", "b", "c"], N))
    found = namespace["columns"].fit_transform(table)
    for name in table:
        assert any(column.split("_")[0] == name for column in found), name
    assert list(found.index) == list(table.index)


def test_readme_keeps_every_column(rng, monkeypatch):
    text = (ROOT / "README.rst").read_text(encoding="utf-8")
    code = textwrap.dedent(
        re.search(r"\.\. code-block:: python\n\n((?: {4}.*\n|\n)+)", text).group(1)
    )
    table = raw_table(rng)
    y = TaskTargets({"died": table["smokes"].to_numpy(), "days": rng.normal(size=N)})
    monkeypatch.setattr("skmtl.datasets.load_support2", lambda return_X_y: (table, y))
    namespace = {}
    exec(code, namespace)
    assert namespace["predicted"]["days"].shape == (30,)
    # two numbers; three texts of two values and two of booleans, a missing one beside them
    assert namespace["model"][-1].n_features_in_ == 2 + 3 * 3 + 2 + 3
