"""A multipart form taken apart as it comes: its texts and files by name, and no more of either than a form may have.

The library counts the parts, and the text of each. What stands above a part (its names) it searches with patterns
that take half a second a megabyte, and it adds nothing up.
"""

from __future__ import annotations

from functools import partial
from io import BytesIO
from itertools import chain
from typing import IO, TYPE_CHECKING, Any

from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.sansio.multipart import (
    BLANK_LINE_RE,
    Data,
    Epilogue,
    Field,
    File,
    MultipartDecoder,
    NeedData,
    State,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkzeug.datastructures import MultiDict
    from werkzeug.sansio.multipart import Event

LONGEST_HEAD = 4 * 1024  # of one part: a box, and the name of a file in any script
ALL_HEADS = 512 * 1024  # of a form: 4000 boxes with names of a length that ours have
_AT_ONCE = 64 * 1024


class Parser(FormDataParser):
    """Takes a form apart. Raises RequestEntityTooLarge, and ValueError for what is cut short or no form."""

    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None = None,
    ) -> tuple[IO[bytes], MultiDict[str, str], MultiDict[str, FileStorage]]:
        if mimetype != "multipart/form-data":
            return super().parse(stream, mimetype, content_length, options)
        boundary = (options or {}).get("boundary", "").encode("ascii")
        if not boundary:
            raise ValueError("no boundary")
        decoder = _Decoder(boundary, self.max_form_memory_size, max_parts=self.max_form_parts)
        texts: list[tuple[str, str]] = []
        files: list[tuple[str, FileStorage]] = []
        for part, body in self._parts(_events(decoder, stream)):
            if isinstance(part, File):
                found = FileStorage(BytesIO(body), part.filename, part.name, headers=part.headers)
                files.append((part.name, found))
            else:
                texts.append((part.name, body.decode(errors="replace")))
        return stream, self.cls(texts), self.cls(files)

    def _parts(self, events: Iterator[Event]) -> Iterator[tuple[Field | File, bytes]]:
        """Each part with what stands in it; the texts of a form together are as long as a text may be."""
        part: Field | File | None = None
        body, typed = bytearray(), 0
        for event in events:
            if isinstance(event, Field | File):
                part, body = event, bytearray()
            elif isinstance(event, Data) and part is not None:
                body += event.data
                typed += len(event.data) if isinstance(part, Field) else 0
                if self.max_form_memory_size is not None and typed > self.max_form_memory_size:
                    raise RequestEntityTooLarge
                if not event.more_data:
                    yield part, bytes(body)


class _Decoder(MultipartDecoder):
    """Finds the parts; what stands above them is refused before it is searched."""

    _heads = 0

    def next_event(self) -> Event:
        if self.state is not State.PART:
            return super().next_event()
        before = len(self.buffer)
        if before > LONGEST_HEAD and BLANK_LINE_RE.search(self.buffer, 0, LONGEST_HEAD) is None:
            raise RequestEntityTooLarge
        event = super().next_event()
        self._heads += before - len(self.buffer)
        if self._heads > ALL_HEADS:
            raise RequestEntityTooLarge
        return event


def _events(decoder: MultipartDecoder, stream: IO[bytes]) -> Iterator[Any]:
    """What the decoder finds, as far as the body has come."""
    pieces: Iterator[bytes | None] = chain(iter(partial(stream.read, _AT_ONCE), b""), (None,))
    for piece in pieces:
        decoder.receive_data(piece)
        while not isinstance(event := decoder.next_event(), NeedData | Epilogue):
            yield event
