"""Models fitted to frames, in the file format that holds no code."""

import numpy as np
import pytest

from skmtl import MultiTaskGLM

pd = pytest.importorskip("pandas")
sio = pytest.importorskip("skops.io")


@pytest.mark.parametrize("ordered", [False, True])
def test_frames_with_categories(ordered):
    """Dtypes of pandas cannot be stored; the model keeps what makes them again."""
    X = np.arange(20.0)[:, None]
    stage = pd.Categorical(["I", "II", "III", "I"] * 5, ["III", "II", "I"], ordered=ordered)
    text = pd.Series(["a", "b"] * 10, dtype="string")
    y = pd.DataFrame({"stage": stage, "text": text, "days": np.sin(X[:, 0])})
    model = MultiTaskGLM().fit(X, y)
    stored = sio.dumps(model)
    again = sio.loads(stored, trusted=sio.get_untrusted_types(data=stored))
    pd.testing.assert_frame_equal(again.predict(X), model.predict(X))
    assert again.predict(X).dtypes["stage"] == y.dtypes["stage"]
