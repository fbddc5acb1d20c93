"""
Files by hand 人工交换: an officer takes the questions from the workbench and brings the answers.

For a department that is reached by nothing but paper, disc or an officer's walk. The file waits
sealed; it leaves when the officer takes it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import IO
from uuid import UUID

from hedui.procedure.inquiries import sealed_files
from hedui.procedure.inquiries.connectors import Aside, Unreachable


@contextmanager
def opened(receiver: str) -> Iterator["ByHand"]:
    """Open where files wait for the officer; it is one place for all departments."""
    yield ByHand(receiver)


class ByHand:
    """Where the table of a request waits for the officer. Answers come on a page."""

    def __init__(self, receiver: str) -> None:
        self._receiver = receiver

    def place(self, name: str, write: Callable[[IO[bytes]], None]) -> None:
        """Seal a table; its manifest is in the record."""
        if not name.endswith(".json"):
            out = BytesIO()
            write(out)
            sealed_files.keep(UUID(name.partition(".")[0]), out.getvalue())

    def release(self, name: str) -> None:
        """Nothing is renamed: it leaves with the officer."""
        raise Unreachable(f"{name} 由经办人取走。")

    def lying(self) -> set[str]:
        """Nothing lies under a temporary name."""
        return set()

    def drop(self, name: str) -> None:
        """Destroy a table that was not taken."""
        sealed_files.forget(UUID(name.partition(".")[0]))

    def arrived(self) -> dict[str, float]:
        """Nothing comes by itself."""
        return {}

    def open(self, name: str) -> IO[bytes]:
        """Open what waits."""
        return BytesIO(sealed_files.open_kept(UUID(name.partition(".")[0])))

    def set_aside(self, name: str, to: Aside, said: str) -> None:
        """Destroy what was taken in; what is to be told stands on the page."""
        sealed_files.forget(UUID(name.partition(".")[0]))
