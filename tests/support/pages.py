"""The pages of the documentation: their blocks, links, inline code and headings."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from tests.support.paths import ROOT

DOCS = ROOT / "docs"
EXAMPLES = DOCS / "examples"
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS.rglob("*.md")])
_BLOCK = re.compile(
    r"(?:<!-- file: (?P<file>\S+) -->\n)?^```(?P<kind>.*)\n(?P<text>(?:.*\n)*?)```$", re.MULTILINE
)
_INLINE = re.compile(r"`([^`\n]+(?:\n[^`\n]+)?)`")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)


class Block(NamedTuple):
    """A fenced block: where it stands, its info string, its text, and the file that it shows."""

    page: Path
    line: int
    kind: str
    text: str
    file: str | None

    def __str__(self) -> str:
        return f"{name_of(self.page)}:{self.line}"


def name_of(page: Path) -> str:
    """Return a page's path from the project's folder."""
    return str(page.relative_to(ROOT))


def blocks_of(page: Path) -> list[Block]:
    """Return the fenced blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    found = []
    for m in _BLOCK.finditer(text):
        line = text.count("\n", 0, m.start("kind")) + 1
        found.append(Block(page, line, m["kind"].strip(), m["text"], m["file"]))
    return found


def blocks(kind: str) -> list[Block]:
    """Return all blocks whose info string begins with a word."""
    return [b for page in PAGES for b in blocks_of(page) if b.kind.split(" ")[0] == kind]


def prose_of(page: Path) -> str:
    """Return a page's text without its blocks."""
    return _BLOCK.sub("", page.read_text(encoding="utf-8"))


def inline_code(page: Path) -> list[str]:
    """Return what stands in backticks, outside blocks, each on one line."""
    return [" ".join(code.split()) for code in _INLINE.findall(prose_of(page))]


def links_of(page: Path) -> list[str]:
    """Return the targets of a page's links that lead to files of the project."""
    return [link for link in _LINK.findall(prose_of(page)) if "://" not in link]


def anchors_of(page: Path) -> set[str]:
    """Return the anchors that GitHub gives the headings of a page."""
    headings = _HEADING.findall(prose_of(page))
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


def commands_in(text: str) -> list[str]:
    """Return the `optichannel` commands of a shell block, without comments and prefixes."""
    joined = text.replace("\\\n", " ")
    parts = [p.strip() for line in joined.split("\n") for p in re.split(r"&&|;|\||>", line)]
    bare = [re.sub(r"\s#.*$", "", p).strip() for p in parts]
    return [m[0] for p in bare if (m := re.search(r"\boptichannel\b(?!/).*", p))]
