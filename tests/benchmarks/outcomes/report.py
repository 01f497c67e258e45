"""What the scores say: by setting, by table, and of the probabilities of classes."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ..defaults import LEAST_SCORE
from .composed import of_gates
from .rivals import METHODS, SEPARATE, SHARED, VARIANTS
from .tables import ALL, RARE, REST, SETTINGS

PARTS = {ALL: "", RARE: ": these tasks", REST: ": the other tasks"}
WHERE = ["table", "rows", "split"]


def blocks(frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the scores of each setting, those of rare tasks apart, and what to call them."""
    for name, setting in SETTINGS.items():
        for part, suffix in PARTS.items():
            found = frame[(frame["setting"] == name) & (frame["part"] == part)]
            if len(found):
                yield setting.title + suffix, found


def by_split(block: pd.DataFrame, score: str) -> pd.DataFrame:
    """Return means over tasks: a row a split that all methods have been scored on, a column a method."""
    values = block[score].clip(lower=LEAST_SCORE) if score == "d2" else block[score]
    means = values.groupby([block[column] for column in [*WHERE, "method"]]).mean()
    found = means.unstack("method").dropna()
    return found[[name for name in (*METHODS, *VARIANTS) if name in found]]


def by_table(splits: pd.DataFrame) -> pd.DataFrame:
    """Return means over splits, then over numbers of rows."""
    return splits.groupby(["table", "rows"]).mean().groupby("table").mean()


def spread(values: pd.Series) -> float:
    """Return the standard error of a mean; NaN of one value."""
    return values.std(ddof=1) / np.sqrt(len(values))


def with_error(values: pd.Series, digits: int = 3) -> str:
    """Return a mean difference and its standard error."""
    if not len(values):
        return "-"
    error = spread(values)
    shown = "" if np.isnan(error) else f" ({error:.{digits}f})"
    return f"{values.mean():+.{digits}f}{shown}"


def explained(block: pd.DataFrame) -> Iterator[str]:
    """Describe D2 of each method, and what the first of them gains over it, by the number of rows too."""
    splits = by_split(block, "d2")
    means, caps = by_table(splits), sorted(splits.index.unique("rows"))
    seconds = block.drop_duplicates([*WHERE, "method"]).groupby("method")["seconds"].mean()
    first = means.columns[0]
    n_tables = splits.reset_index().groupby("rows")["table"].nunique()
    heads = "".join(f"  {f'{cap} rows, {n_tables[cap]} tables':23}" for cap in caps)
    yield f"  {'':12}{'D2':>7}  {f'{first} gains':16} {'better':>7} {'seconds':>8}  {heads}".rstrip()
    for name, own in means.items():
        gains = means[first] - own
        better = f"{(gains > 0).sum()}/{len(gains)}" if name != first else ""
        gain = with_error(gains) if name != first else ""
        line = f"  {name:12}{own.mean():7.3f}  {gain:16} {better:>7} {seconds[name]:8.2f}  "
        for cap in caps:
            at = by_table(splits.xs(cap, level="rows", drop_level=False))
            gain = with_error(at[first] - at[name]) if name != first else ""
            line += f"{at[name].mean():8.3f} {gain:16}"
        yield line.rstrip()


def of_tables(frame: pd.DataFrame) -> Iterator[str]:
    """Describe what sharing gains on each table: a column a setting, standard errors over splits."""
    columns = {}
    for title, block in blocks(frame):
        splits = by_split(block, "d2")
        gains = splits[SHARED] - splits[SEPARATE]
        columns[title] = gains.groupby(["table", "rows"]).apply(with_error)
    shown = pd.DataFrame(columns).fillna("-")
    for number, title in enumerate(columns, start=1):
        yield f"  ({number}) {title}"
    heads = "".join(f"{f'({number + 1})':18}" for number in range(len(columns)))
    yield f"  {'':12}{'rows':>5}  {heads}".rstrip()
    for (table, rows), line in shown.iterrows():
        yield f"  {table:12}{rows:5}  " + "".join(f"{cell:18}" for cell in line).rstrip()


def of_classes(block: pd.DataFrame) -> Iterator[str]:
    """Describe the probabilities: a pair of columns a score, itself and what the first method has more of it."""
    titles = {"auc": "ROC AUC", "log_loss": "log loss", "ece": "calibration error"}
    tables = {score: by_table(by_split(block, score)) for score in titles}
    first = tables["auc"].columns[0]
    heads = "".join(f"{title:>8}{'':{26 - max(8, len(title))}}" for title in titles.values())
    yield f"  {'':12}{heads}".rstrip()
    for name in tables["auc"]:
        line = f"  {name:12}"
        for means in tables.values():
            more = with_error(means[first] - means[name]) if name != first else ""
            line += f"{means[name].mean():8.3f} {more:17}"
        yield line.rstrip()


def report(frame: pd.DataFrame) -> Iterator[str]:
    """Describe all results."""
    first = next(name for name in (*METHODS, *VARIANTS) if (frame["method"] == name).any())
    for title, block in blocks(frame):
        n_tables = block["table"].nunique()
        yield f"\n{title}, {n_tables} tables: D2, what {first} gains (standard error), where it is better"
        yield from explained(block)
    if {SHARED, SEPARATE} <= set(frame["method"]):
        yield f"\nD2 by table: {SHARED} - {SEPARATE} (standard error over splits)"
        yield from of_tables(frame)
    yield from of_gates(frame)
    for title, block in blocks(frame[frame["auc"].notna()]):
        n_tables = block["table"].nunique()
        yield f"\n{title}, {n_tables} tables with classes: scores, and {first} - method (standard error)"
        yield from of_classes(block)
