"""The number types of the core: plain numbers interpreted, native ones when compiled."""

from typing import TypeAlias

Int: TypeAlias = int  # 64 bits
Small: TypeAlias = int  # 32 bits
U64: TypeAlias = int  # 64 bits without sign: wrap with `& MASK`
Float: TypeAlias = float  # 64 bits
