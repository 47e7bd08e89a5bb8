"""Where things of this repository are, for the scripts under tests/."""
import os
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
TARGET = os.environ.get("CARGO_TARGET_DIR") or os.path.join(ROOT, "target")


def cache(name):
    """A directory under target/ that may be thrown away at any time."""
    path = os.path.join(TARGET, name)
    os.makedirs(path, exist_ok=True)
    return path


def write_whole(path, data):
    """Two runs at once may build the same file: neither ever sees half of it."""
    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(path))
    with os.fdopen(handle, "wb") as out:
        out.write(data)
    os.chmod(temporary, 0o644)
    os.rename(temporary, path)
    return path
