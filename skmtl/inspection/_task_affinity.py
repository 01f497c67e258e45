"""TaskAffinity: what is known of how tasks are related."""

from dataclasses import dataclass, fields
from itertools import combinations
from typing import Any


@dataclass(frozen=True, eq=False, repr=False)
class TaskAffinity:
    """How tasks are related, pair by pair, and how sure that is.

    It is made by ``task_affinity``, whose page says how the numbers are computed.

    Parameters
    ----------
    tasks : pandas.DataFrame
        A row a task. Columns: ``type``; ``n_labels``; ``explained``, the fraction of the variance of the labels (of
        indicators of classes) that the task's own model explains out of fold; ``reliability``, the correlation of
        predictions by models of the two halves of the rows, and ``reliability_std_error``.

    correlation : pandas.DataFrame of shape (n_tasks, n_tasks)
        Correlation of what the tasks' models learn, noise taken out. NaN where a task has no signal to be sure of.

    correlation_std_error : pandas.DataFrame of shape (n_tasks, n_tasks)
        Its standard error.

    lower : pandas.DataFrame of shape (n_tasks, n_tasks)
        Lower end of its 95 % confidence interval, as a size without sign; 0 where the interval holds 0, or
        the correlation is not known.

    transfer : pandas.DataFrame of shape (n_tasks, n_tasks)
        What the model of a row's task adds, out of fold, to the explained variance of a column's task.

    transfer_std_error : pandas.DataFrame of shape (n_tasks, n_tasks)
        Its standard error.

    residual : pandas.DataFrame of shape (n_tasks, n_tasks)
        Correlation of what the tasks' models leave unexplained, over rows with both labels; NaN where they are few.

    residual_std_error : pandas.DataFrame of shape (n_tasks, n_tasks)
        Its standard error.

    See Also
    --------
    task_affinity : Find out how tasks are related.
    group_tasks : Propose which tasks to train together.

    Examples
    --------
    >>> from skmtl.datasets import make_structured
    >>> from skmtl.inspection import task_affinity
    >>> X, y = make_structured(300, 8, 3, structure="common", random_state=0)
    >>> affinity = task_affinity(X, y, random_state=0)
    >>> type(affinity).__name__
    'TaskAffinity'
    >>> affinity.pairs().columns.tolist()[:4]
    ['first', 'second', 'correlation', 'correlation_std_error']
    """

    tasks: Any
    correlation: Any
    correlation_std_error: Any
    lower: Any
    transfer: Any
    transfer_std_error: Any
    residual: Any
    residual_std_error: Any

    def pairs(self) -> Any:
        """Return a table with a row a pair of tasks, the surest correlation first.

        Returns
        -------
        table : pandas.DataFrame
            Columns: ``first`` and ``second``, the tasks; ``correlation``, ``correlation_std_error`` and ``lower``;
            ``to_second`` and ``to_first``, what either adds to the other; ``residual`` and ``residual_std_error``.
        """
        import pandas as pd

        rows = []
        for (i, first), (j, second) in combinations(enumerate(self.correlation.index), 2):
            rows.append(
                {
                    "first": first,
                    "second": second,
                    "correlation": self.correlation.iat[i, j],
                    "correlation_std_error": self.correlation_std_error.iat[i, j],
                    "lower": self.lower.iat[i, j],
                    "to_second": self.transfer.iat[i, j],
                    "to_first": self.transfer.iat[j, i],
                    "residual": self.residual.iat[i, j],
                    "residual_std_error": self.residual_std_error.iat[i, j],
                }
            )
        table = pd.DataFrame(rows, columns=PAIR_COLUMNS)
        size = table["correlation"].abs()
        order = table.assign(size=size).sort_values(
            ["lower", "size"], ascending=False, kind="stable"
        )
        return order.drop(columns="size").reset_index(drop=True)

    def __repr__(self) -> str:
        shown = {"tasks": self.tasks, "correlation": self.correlation, "transfer": self.transfer}
        parts = [f"{name}:\n{frame.round(2).to_string()}" for name, frame in shown.items()]
        others = [field.name for field in fields(self) if field.name not in shown]
        return "\n\n".join(["TaskAffinity", *parts, f"and {', '.join(others)}"])


PAIR_COLUMNS = [
    "first",
    "second",
    "correlation",
    "correlation_std_error",
    "lower",
    "to_second",
    "to_first",
    "residual",
    "residual_std_error",
]
