"""Python's search for garbage: while it looks at every object, nothing else in the process runs."""

import gc


def keep_for_good() -> None:
    """Let no later search look at what stands by now: that takes 0.1 s each time, and finds nothing."""
    gc.collect()
    gc.freeze()
