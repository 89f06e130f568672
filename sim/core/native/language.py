"""The native language: which annotations mean what in C, and what constants are worth."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Mapping
from typing import Final

SCALARS: Final = {
    "Int": "Int",
    "Small": "Small",
    "U64": "U64",
    "Float": "Float",
    "int": "Int",
    "float": "Float",
    "bool": "Small",
}
FIELDS: Final = {"Int": "i8", "int": "i8", "Small": "i4", "U64": "u8", "Float": "f8", "float": "f8"}
"""NumPy's codes of what may stand in a record."""
HANDLES: Final = ("Calendar", "Event")
"""Pointers beside those to records."""
ARRAYS: Final = {
    "FloatArray": "double[::1]",
    "Float32Array": "float[::1]",
    "IntArray": "long long[::1]",
    "SmallArray": "int[::1]",
    "ByteArray": "unsigned char[::1]",
    "FloatMatrix": "double[:, ::1]",
    "Float32Matrix": "float[:, ::1]",
    "IntMatrix": "long long[:, ::1]",
    "SmallMatrix": "int[:, ::1]",
    "ByteMatrix": "unsigned char[:, ::1]",
}
FAILED: Final = {  # values, never met otherwise, that say an exception is on its way
    "Int": "? -9223372036854775807",
    "Small": "? -2147483647",
    "U64": "? 9223372036854775783",
    "Float": "? -1.7e308",
    "int": " -1",
}
MATH: Final = (
    *("acos", "asin", "atan", "atan2", "cos", "sin", "tan", "cosh", "sinh", "tanh"),
    *("exp", "exp2", "expm1", "log", "log10", "log1p", "log2", "pow"),
    *("fabs", "sqrt"),  # exact, whoever computes them
)
"""Functions for which Python's `math` calls the C library's own; `gamma`, say, is Python's."""
OVERFLOWS: Final = ("cosh", "exp", "exp2", "expm1", "pow", "sinh")
MATH_CONSTANTS: Final = {"inf": math.inf, "pi": math.pi, "e": math.e}

_OPERATORS: Final = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
}


class BuildError(Exception):
    """The sources say what the native language cannot."""


def name_of(annotation: ast.expr | None) -> str:
    """Return an annotation that is one name, as a name or in quotes; else nothing."""
    if isinstance(annotation, ast.Name):
        return annotation.id
    if isinstance(annotation, ast.Constant):
        return str(annotation.value)  # None, too
    return ""


def number(node: ast.expr, known: Mapping[str, ast.expr]) -> int | float | None:
    """Return what a constant expression of numbers and other constants is worth, or None."""
    match node:
        case ast.Constant(value=bool() | int() | float() as value):
            return value if isinstance(value, float) else int(value)
        case ast.Name(id=name) if name in known:
            return number(known[name], known)
        case ast.Name(id=name):
            return MATH_CONSTANTS.get(name)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            positive = number(operand, known)
            return None if positive is None else -positive
        case ast.BinOp(left=left, op=op, right=right):
            a, b = number(left, known), number(right, known)
            if a is None or b is None:
                return None
            result: int | float = _OPERATORS[type(op)](a, b)
            return result
        case ast.Call(func=ast.Name(id="float"), args=[ast.Constant(value=str() as text)]):
            return float(text)
    return None


def constant(name: str, value: int | float) -> str:
    """Return the declaration of a constant; k_, since a bare #define would change other words."""
    if isinstance(value, float):
        kind, text = "Float", "INFINITY" if math.isinf(value) else repr(abs(value))
    elif not -(2**63) < value < 2**64:
        raise BuildError(f"{name} = {value}: no whole number of 64 bits")
    else:
        kind = "U64" if value >= 2**63 else "Int"
        text = f"{abs(value)}{'ULL' if kind == 'U64' else 'LL'}"
    sign = "-" if math.copysign(1, value) < 0 else ""
    return (
        f'cdef extern from *:\n    """\n    #define k_{name} ({sign}{text})\n    """\n'
        f'    const {kind} {name} "k_{name}"\n'
    )


def library_function(name: str, checked: bool) -> str:
    """Return the declaration of a function of the C library; checked, it fails as Python's does."""
    if not checked:
        return f"from libc.math cimport {name}\n"
    given = ["x", "y"] if name in ("atan2", "pow") else ["x"]
    error = "OverflowError" if name in OVERFLOWS else "ValueError"
    finite = " and ".join(f"isfinite({x})" for x in given)
    a_number = " or ".join(f"isnan({x})" for x in given)
    return (
        f"from libc.math cimport {name} as c_{name}\n"
        f"cdef inline Float {name}({', '.join(f'Float {x}' for x in given)})"
        f" except{FAILED['Float']} nogil:\n"
        f"    cdef Float z = c_{name}({', '.join(given)})\n"
        "    if not isfinite(z):\n"
        f"        if isnan(z) and not ({a_number}):\n"
        '            raise ValueError("math domain error")\n'
        f"        if not isnan(z) and {finite}:\n"
        f'            raise {error}("math {"range" if name in OVERFLOWS else "domain"} error")\n'
        "    return z\n"
    )
