"""The seam to scikit-learn's callbacks, which it has from version 1.9 on."""

from typing import Any

try:
    from sklearn.callback import CallbackSupportMixin as CallbackSupport
    from sklearn.callback import with_callbacks
except ImportError:

    class CallbackSupport:  # type: ignore[no-redef]
        """An estimator that nobody watches."""

        def _init_callback_context(self, **settings: Any) -> "Unwatched":
            return Unwatched()

    def with_callbacks(method: Any) -> Any:
        """Return the method."""
        return method


class Unwatched:
    """The context of a piece of work that calls nobody back."""

    def subcontext(self, **settings: Any) -> "Unwatched":
        """Return the context of a part of the work."""
        return self

    def call_on_fit_task_begin(self, **data: Any) -> "Unwatched":
        """Say that the work begins."""
        return self

    def call_on_fit_task_end(self, **data: Any) -> bool:
        """Say that the work is done; whether to stop."""
        return False
