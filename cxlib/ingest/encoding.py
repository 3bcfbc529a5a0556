"""From bytes to clean text: compression undone, the encoding found, NUL bytes left out and counted."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from charset_normalizer import from_bytes

from cxlib.errors import CxError
from cxlib.i18n import N_
from cxlib.ingest.alphabets import likeliest
from cxlib.ingest.endings import BOTH, clean_ends, record_end

BLOCK = 1 << 20
SAMPLE = 1 << 18
GZIP = b"\x1f\x8b"
BLANK = b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"
OPENERS: dict[bytes, Callable[..., Any]] = {
    GZIP: gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\x00": lzma.open,
}
"""What opens a compressed file, by its first bytes."""
BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
ESCAPES = ((b"\x1b$B", "iso2022_jp"), (b"\x1b$@", "iso2022_jp"), (b"\x1b$)C", "iso2022_kr"))
# Beginnings of files that are not tables, whatever their name says.
BINARY = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\x7fELF",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x28\xb5\x2f\xfd",
)
MACINTOSH = ["mac_cyrillic", "mac_greek", "mac_iceland", "mac_latin2", "mac_roman", "mac_turkish"]
KANA = re.compile(r"[\u3041-\u30ff]")
IDEOGRAPHS = re.compile(r"[\u4e00-\u9fff]{2,}")
ANY = re.compile(r"[\u1100-\uffef]")
HIGH = re.compile(rb"[\x80-\xff]+")
FOREIGN, UNHEARD = -4.5, -7.0
"""Bytes that are less likely are no text of one byte a character; or of no language that is known."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """What is known about a file's bytes: `certain` is False where the encoding is a guess.

    `ends` is the sign that ends records where line ends do not. `nuls` are NUL bytes that reading
    leaves out, `quotes` says whether there is a quote at all, `doubled` whether apostrophes stand
    side by side, and `undecodable` how many bytes have no meaning in the encoding; they are read as
    U+FFFD.
    """

    path: Path
    encoding: str
    certain: bool
    compressed: bool
    nuls: int
    quotes: bool
    undecodable: int = 0
    ends: str = ""
    doubled: bool = False

    @property
    def breaks(self) -> bool:
        """Whether line ends in cells come as private characters."""
        return self.ends not in ("", BOTH)

    @property
    def raw(self) -> bool:
        """Whether the bytes can be read as they are."""
        changed = self.compressed or self.nuls or self.undecodable or self.ends
        return self.encoding == "utf-8" and not changed


def examine(path: Path, encoding: str | None = None) -> Encoded:
    """Find the encoding of a file: its mark or escapes, else UTF-8 strictly, else the best guess.

    Raises CxError: `empty_file`, `not_a_table`, `unknown_encoding`, `unreadable`.
    """
    compressed = any(_head(path).startswith(mark) for mark in OPENERS)
    head = b"".join(_blocks(path, compressed, most=SAMPLE))
    if not any(block.strip(BLANK) for block in _blocks(path, compressed)):
        raise CxError(
            "empty_file", N_("The file is empty."), N_("Export it again and check its size.")
        )
    if head.startswith(BINARY):
        raise not_a_table()
    told = _marked(head) if encoding is None else _known(encoding)
    nuls, quotes, doubled, strange, is_utf8 = _survey(path, compressed)
    # Plain text in UTF-16 without a mark is UTF-8 too: every other byte is NUL.
    wide_text = nuls > 0 and head.count(0) > 0.2 * len(head)
    plain = is_utf8 and not wide_text
    chosen = told or ("utf-8" if plain else guess(head if wide_text else strange or head))
    certain = told is not None or plain
    wide = chosen.startswith(("utf-16", "utf-32"))
    if not (wide or chosen.startswith("iso2022")) and (
        nuls > 0.1 * len(head) or _control_share(head) > 0.1
    ):
        raise not_a_table()
    undecodable = (
        0 if is_utf8 and chosen.startswith("utf-8") else _undecodable(path, compressed, chosen)
    )
    text = codecs.getincrementaldecoder(chosen)(errors="replace").decode(head)
    return Encoded(
        path,
        chosen,
        certain,
        compressed,
        0 if wide else nuls,
        quotes or wide,
        undecodable,
        record_end(text),
        doubled or wide,
    )


def not_a_table() -> CxError:
    """The error for a file that is something else altogether."""
    return CxError(
        "not_a_table",
        N_("The file is not a table: it is binary, such as a picture, a document or an archive."),
        N_("Save the table as CSV, XLSX or Parquet."),
    )


def clean_blocks(encoded: Encoded) -> Iterator[bytes]:
    """The file as UTF-8 without a byte order mark and without NULs, in blocks, records in lines."""
    decode = codecs.getincrementaldecoder(encoded.encoding)(errors="replace").decode
    utf8 = encoded.encoding == "utf-8" and not (encoded.undecodable or encoded.ends)
    ends = clean_ends(encoded.ends)
    for block in _blocks(encoded.path, encoded.compressed):
        clean = block if utf8 else decode(block).translate(ends).encode("utf-8", "replace")
        yield clean.replace(b"\0", b"") if b"\0" in clean else clean
    if not utf8 and (tail := decode(b"", True)):
        yield tail.translate(ends).replace("\0", "").encode("utf-8", "replace")


def open_clean(encoded: Encoded) -> IO[bytes]:
    """`clean_blocks` as a binary stream."""
    return io.BufferedReader(_Blocks(clean_blocks(encoded)), BLOCK)


def open_text(encoded: Encoded) -> IO[str]:
    """The clean text, line ends as they are; bytes that are still no UTF-8 become U+FFFD."""
    return io.TextIOWrapper(open_clean(encoded), encoding="utf-8", errors="replace", newline="")


def guess(sample: bytes) -> str:
    """The encoding of bytes that are not UTF-8: UTF-16 without a mark, or the likeliest words'."""
    nul_even, nul_odd = sample[::2].count(0), sample[1::2].count(0)
    if nul_even + nul_odd > 0.2 * len(sample):
        return "utf-16-le" if nul_odd > nul_even else "utf-16-be"
    encoding, likely = likeliest(sample)
    if likely < FOREIGN and (found := _east_asian(sample)) is not None:
        return found
    best = from_bytes(sample, cp_exclusion=MACINTOSH).best() if likely < UNHEARD else None
    return encoding if best is None else best.encoding


def _east_asian(sample: bytes) -> str | None:
    """The encoding of two bytes a character in which the text is Japanese, Korean or Chinese."""
    for encoding in ("euc_jp", "cp932"):
        if _reads_as(sample, encoding, KANA):
            return encoding
    runs = HIGH.findall(sample)
    if all(len(run) % 2 == 0 for run in runs):
        leads = Counter(run[i] for run in runs for i in range(0, len(run), 2))
        for encoding, last in (("cp949", 0xC8), ("gb18030", 0xD7)):  # of the common characters
            common = sum(leads[i] for i in range(0xB0, last + 1))
            if common > 0.7 * leads.total() and _reads_as(sample, encoding, ANY):
                return encoding
    return next((e for e in ("big5", "gb18030") if _reads_as(sample, e, IDEOGRAPHS)), None)


def _reads_as(sample: bytes, encoding: str, expected: re.Pattern[str]) -> bool:
    """Whether bytes have a meaning in an encoding, and a good part of it is as expected."""
    text = codecs.getincrementaldecoder(encoding)(errors="replace").decode(sample)
    high = sum(char > "\x7f" for char in text)
    found = sum(map(len, expected.findall(text)))
    return text.count("\ufffd") <= 0.01 * high and found > 0.3 * high


def _head(path: Path) -> bytes:
    with path.open("rb") as handle:
        return handle.read(16)


def _blocks(path: Path, compressed: bool, most: int | None = None) -> Iterator[bytes]:
    head = _head(path) if compressed else b""
    opener = next((o for mark, o in OPENERS.items() if head.startswith(mark)), open)
    left = most
    try:
        with opener(path, "rb") as handle:
            while block := handle.read(BLOCK if left is None else min(BLOCK, left)):
                yield bytes(block)
                left = None if left is None else left - len(block)
    except (gzip.BadGzipFile, EOFError, zlib.error, lzma.LZMAError, OSError) as error:
        if not compressed or (isinstance(error, OSError) and error.errno is not None):
            raise  # the disk, not the file
        raise CxError(
            "unreadable",
            N_("The compressed file is damaged or cut short."),
            N_("Download or export it again."),
            detail=str(error),
        ) from error


def _marked(head: bytes) -> str | None:
    """The encoding that a byte order mark or the escapes of ISO 2022 tell."""
    told = next((name for mark, name in BOMS if head.startswith(mark)), None)
    return told or next((name for mark, name in ESCAPES if mark in head), None)


def _known(encoding: str) -> str:
    try:
        info = codecs.lookup(encoding)
        text = "a".encode(info.name)
    except (LookupError, UnicodeError) as error:
        raise _unknown_encoding(encoding) from error
    if not isinstance(text, bytes):
        raise _unknown_encoding(encoding)
    return info.name


def _unknown_encoding(encoding: str) -> CxError:
    return CxError(
        "unknown_encoding",
        N_("There is no encoding “{encoding}”."),
        N_("Common ones are utf-8, cp1252 and utf-16."),
        encoding=encoding,
    )


def _survey(path: Path, compressed: bool) -> tuple[int, bool, bool, bytes, bool]:
    """NULs, quotes, doubled apostrophes, a sample of what is not UTF-8, whether all is UTF-8."""
    check = codecs.getincrementaldecoder("utf-8")()
    nuls, quotes, doubled, strange, is_utf8 = 0, False, False, b"", True
    for block in _blocks(path, compressed):
        nuls += block.count(0) if 0 in block else 0  # looking is cheaper than counting
        quotes = quotes or b'"' in block or b"'" in block
        doubled = doubled or (b"'" in block and b"''" in block)  # one letter is found faster
        if block.isascii() and not check.getstate()[0]:
            continue
        if is_utf8 or len(strange) < SAMPLE:
            try:
                check.decode(block)
            except UnicodeDecodeError as error:
                is_utf8 = False
                strange += block[max(0, error.start - 2000) : error.start + SAMPLE // 2]
                check.reset()
    try:
        check.decode(b"", True)
    except UnicodeDecodeError:
        is_utf8 = False
    return nuls, quotes, doubled, strange, is_utf8


def _undecodable(path: Path, compressed: bool, encoding: str) -> int:
    decode = codecs.getincrementaldecoder(encoding)(errors="replace").decode
    counted = sum(decode(block).count("\ufffd") for block in _blocks(path, compressed))
    return counted + decode(b"", True).count("\ufffd")


def _control_share(sample: bytes) -> float:
    controls = bytes(
        b for b in range(1, 32) if b not in b"\1\2\3\t\n\v\f\r\x1a\x1b\x1c\x1d\x1e\x1f"
    )
    return (len(sample) - len(sample.translate(None, controls))) / len(sample)


class _Blocks(io.RawIOBase):
    """An iterator of blocks as a stream."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        target = memoryview(buffer)  # type: ignore[arg-type]
        while not self._rest:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._rest = memoryview(block)
        size = min(len(target), len(self._rest))
        target[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size
