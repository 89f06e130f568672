"""Strict input: safe YAML, composition, `--set`, provenance, and errors in plain words."""

from sim.strict.compose import merge, resolve_extends, set_path
from sim.strict.document import read_yaml
from sim.strict.names import nearest
from sim.strict.provenance import (
    STATUSES,
    Provenance,
    ProvenanceRow,
    Status,
    provenance_of,
    split_provenance,
)
from sim.strict.schema import json_schema
from sim.strict.validation import StrictModel, validate

__all__ = [
    "STATUSES",
    "Provenance",
    "ProvenanceRow",
    "Status",
    "StrictModel",
    "json_schema",
    "merge",
    "nearest",
    "provenance_of",
    "read_yaml",
    "resolve_extends",
    "set_path",
    "split_provenance",
    "validate",
]
