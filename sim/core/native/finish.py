"""What is changed in the C file that Cython wrote, and what is refused in it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .language import BuildError

FILES = re.compile(r"static const char\* const __pyx_f\[\] = \{.*?\};\n", re.DOTALL)
KEY = "c_line ? -c_line : py_line"
PLACE = """
static int __pyx_place(const char* file, int line) {
  int i = 0, n = sizeof(__pyx_f) / sizeof(*__pyx_f);
  while (i < n && __pyx_f[i] != file) i++;
  return line * (n + 1) + i;
}
"""


def finish(text: str, modules: Iterable[str]) -> str:
    """Return the C text with tracebacks that name the files that people read.

    Raises:
        BuildError: a floor division of floats.
    """
    refuse_floors(text)
    return tell_files_apart(name_sources(text, modules))


def name_sources(text: str, modules: Iterable[str]) -> str:
    """Return the text with the names of the modules' own files in its list of files."""
    for module in modules:
        name = module.replace(".", "/")
        text = text.replace(f'"{name}.pxi"', f'"{name}.py"')
    return text


def tell_files_apart(text: str) -> str:
    """Return the text with places in tracebacks remembered by file and line.

    Cython remembers them by line alone, so line 7 of one file is shown as line 7 of another one.
    """
    if not FILES.search(text) or KEY not in text:
        raise BuildError("this release of Cython writes tracebacks in another way")
    text = FILES.sub(lambda files: files[0] + PLACE, text, count=1)
    return text.replace(KEY, "__pyx_place(filename, py_line)")


def refuse_floors(text: str) -> None:
    """Refuse ``//`` of floats, which C rounds in another way than Python (1.0 // 0.1)."""
    if found := re.search(r"\bfloor\(", text):
        places = re.findall(r'/\* "([^"]+)":(\d+)', text[: found.start()])
        file, line = places[-1]
        file = re.sub(r"\.pxi$", ".py", file)
        raise BuildError(f"{file}:{line}: // of floats; use whole(x / y)")
