"""Write every record down: a lab remembers the latest thousands alone."""

import json
from pathlib import Path
from threading import Lock

from fireline.lab.aws.settings import Record


class Keeper:
    """Writes records to a file, one JSON document a line; what an earlier lab wrote is gone."""

    def __init__(self, path: Path) -> None:
        path.touch(mode=0o600)
        self._file = path.open("w", encoding="utf-8")
        self._lock = Lock()

    def keep(self, record: Record) -> None:
        """Write one record down."""
        line = json.dumps(record, default=str)
        with self._lock:
            if not self._file.closed:
                self._file.write(f"{line}\n")
                self._file.flush()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._file.close()
