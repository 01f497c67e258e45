"""The observers of each epoch of a fit: callbacks, and the reader of verbose output."""

import copy
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..tasks import FitData
from ._ensemble import Ensemble
from ._prepare import PreparedNetwork
from ._training import Watch


@dataclass(frozen=True)
class Watcher:
    """Reports the epochs of a model's fit; fit_arguments are the data, for callbacks."""

    model: Any
    context: Any
    fit_arguments: dict[str, Any]
    fit_data: FitData

    def of(self, plan: Ensemble, prepared: PreparedNetwork) -> Watch:
        """Return what a training calls after each epoch; plan predicts once it has parameters."""

        def watch(epoch: int, learnt: float, left: float, flat: np.ndarray) -> bool:
            name = type(self.model).__name__
            if self.model.verbose:
                print(f"[{name}] epoch {epoch}: loss {learnt:.4f}, held out {left:.4f}")
            step = self.context.subcontext(task_name="epoch")
            step.call_on_fit_task_begin(estimator=self.model, **self.fit_arguments)
            stopped = lambda: self._stopped_at(replace(plan, flat=flat.copy()), prepared, epoch)
            return bool(
                step.call_on_fit_task_end(
                    estimator=self.model, **self.fit_arguments, reconstruction_attributes=stopped
                )
            )

        return watch

    def _stopped_at(
        self, ensemble: Ensemble, prepared: PreparedNetwork, epoch: int
    ) -> dict[str, Any]:
        """Return the attributes that the model would have if fit stopped here."""
        stopped = copy.copy(self.model)
        stopped._ensemble, stopped.n_iter_ = ensemble, epoch
        stopped._keep_tasks(self.fit_data, prepared.heads)
        return {k: v for k, v in vars(stopped).items() if k not in vars(self.model)}
