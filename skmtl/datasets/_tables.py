"""The tables shipped with the package: read without pandas, handed out as arrays or as frames."""

import csv
import gzip
import io
from collections.abc import Mapping, Sequence
from importlib.resources import files
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
from sklearn.utils import Bunch

from ..tasks import TaskTargets
from ._checks import check_flag

Columns = Mapping[str, np.ndarray]


class Table(NamedTuple):
    """A table split by the role of its columns; text is held as objects, None where missing."""

    inputs: Columns
    targets: Columns
    comparators: Columns


def make_bunch(name: str, table: Table, task_types: Any, return_X_y: bool, as_frame: bool) -> Any:
    """Return the table as scikit-learn's loaders do: a Bunch, or (data, target)."""
    check_flag("return_X_y", return_X_y)
    check_flag("as_frame", as_frame)
    target = TaskTargets(table.targets, task_types=task_types)
    parts = _as_frames(name, table) if as_frame else _as_arrays(table)
    if return_X_y:
        return parts["data"], target
    if not table.comparators:
        del parts["comparators"]
    text = {column: values for column, values in table.inputs.items() if is_text(values)}
    return Bunch(
        **parts,
        target=target,
        feature_names=list(table.inputs),
        target_names=list(table.targets),
        task_types=dict(task_types),
        categorical=list(text),
        categories={column: encode(values)[1] for column, values in text.items()},
        DESCR=_data_file(f"{name}.rst").read_text(encoding="utf-8"),
    )


def read_table(name: str, targets: Sequence[str], comparators: Sequence[str] = ()) -> Table:
    """Read a shipped table; what is neither target nor comparator is an input."""
    columns = {column: parse(cells) for column, cells in _read_cells(name).items()}
    roles = {*targets, *comparators}
    return Table(
        inputs={column: values for column, values in columns.items() if column not in roles},
        targets={column: columns[column] for column in targets},
        comparators={column: columns[column] for column in comparators},
    )


def parse(cells: Sequence[str]) -> np.ndarray:
    """Return cells as whole numbers, else numbers, else text; an empty cell is missing."""
    try:
        return np.array([int(cell) for cell in cells])
    except ValueError:
        pass
    try:
        return np.array([float(cell or "nan") for cell in cells])
    except ValueError:
        return np.array([cell or None for cell in cells], dtype=object)


def is_text(values: np.ndarray) -> bool:
    """Whether a parsed column holds categories."""
    return values.dtype == object


def encode(values: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Return the codes of a text column, -1 where missing, and its sorted categories."""
    categories = sorted({value for value in values if value is not None})
    code = {None: -1} | {category: position for position, category in enumerate(categories)}
    return np.array([code[value] for value in values]), categories


def _read_cells(name: str) -> dict[str, tuple[str, ...]]:
    packed = _data_file(f"{name}.csv.gz").read_bytes()
    header, *rows = csv.reader(io.StringIO(gzip.decompress(packed).decode("utf-8"), newline=""))
    return dict(zip(header, zip(*rows, strict=True), strict=True))


def _data_file(name: str) -> Any:
    return files(__package__).joinpath("data", name)


def _as_arrays(table: Table) -> dict[str, Any]:
    return {
        "data": np.column_stack([_as_numbers(values) for values in table.inputs.values()]),
        "frame": None,
        "comparators": Bunch(**table.comparators),
    }


def _as_numbers(values: np.ndarray) -> np.ndarray:
    if not is_text(values):
        return values.astype(float)
    codes, _ = encode(values)
    return np.where(codes < 0, np.nan, codes)


def _as_frames(name: str, table: Table) -> dict[str, Any]:
    pandas = _import_pandas(name)
    data = _to_frame(table.inputs, pandas)
    targets = _to_frame(table.targets, pandas)
    return {
        "data": data,
        "frame": pandas.concat([data, targets], axis=1),
        "comparators": _to_frame(table.comparators, pandas),
    }


def _to_frame(columns: Columns, pandas: ModuleType) -> Any:
    return pandas.DataFrame(
        {
            column: pandas.Categorical.from_codes(*encode(values)) if is_text(values) else values
            for column, values in columns.items()
        }
    )


def _import_pandas(name: str) -> ModuleType:
    try:
        import pandas
    except ImportError as error:
        raise ImportError(
            f"load_{name} with as_frame=True needs pandas: pip install 'skmtl[plot]', "
            "or pass as_frame=False"
        ) from error
    return pandas
