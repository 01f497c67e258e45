"""Rules for constructor parameters, and the seams to other libraries."""

from ._frames import (
    FrameTemplate,
    as_series,
    is_frame,
    is_series,
    read_frame,
    read_series,
    row_index,
)
from ._params import POSITIVE, Boolean, Configurable, Either, Instance, Number, OneOf, PerTask, Rule
from ._rows import n_rows, take_rows

__all__ = [
    "POSITIVE",
    "Boolean",
    "Configurable",
    "Either",
    "FrameTemplate",
    "Instance",
    "Number",
    "OneOf",
    "PerTask",
    "Rule",
    "as_series",
    "is_frame",
    "is_series",
    "n_rows",
    "read_frame",
    "read_series",
    "row_index",
    "take_rows",
]
