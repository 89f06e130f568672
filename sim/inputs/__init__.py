"""Strict input: safe YAML, composition, `--set`, provenance, and errors in plain words."""

from sim.inputs.compose import Places, load_document, merge, overlay, resolve_extends, set_path
from sim.inputs.document import local_path, read_yaml
from sim.inputs.names import nearest, unknown_name
from sim.inputs.provenance import (
    STATUSES,
    Provenance,
    ProvenanceRow,
    Status,
    provenance_of,
    split_provenance,
)
from sim.inputs.schema import json_schema
from sim.inputs.validation import StrictModel, validate

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
    "unknown_name",
    "validate",
]
