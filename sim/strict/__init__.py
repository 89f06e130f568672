"""Strict input: safe YAML, composition, `--set`, provenance, and errors in plain words."""

from sim.strict.compose import Places, load_document, merge, overlay, resolve_extends, set_path
from sim.strict.document import local_path, read_yaml
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
    "Places",
    "Provenance",
    "ProvenanceRow",
    "Status",
    "StrictModel",
    "json_schema",
    "load_document",
    "local_path",
    "merge",
    "nearest",
    "overlay",
    "provenance_of",
    "read_yaml",
    "resolve_extends",
    "set_path",
    "split_provenance",
    "validate",
]
