# The tables of a bundle as NumPy arrays and plain numbers, compiled: the C body of columns.py.
#
# A bundle's struct begins with its number in BUNDLES: (name, scalars, tables), where scalars are
# {field: (offset, code)} and tables {table: (offset, name of the record)}. RECORDS are {name: (type,
# fields without a default, {field: (offset, code)})}. The generator writes both.

from cpython.buffer cimport PyBuffer_FillInfo

import numpy as np

from sim.core.columns import as_type, snake

cdef list BUNDLES = []
cdef dict RECORDS = {}

cdef int declare(str record, list names, list codes, list offsets, size, list needed) except -1:
    """Enter a record, whose struct must be what NumPy itself would lay out."""
    parts = {"names": names, "formats": codes, "offsets": offsets, "itemsize": size}
    dtype = np.dtype(parts, align=True)
    if dtype != np.dtype(list(zip(names, codes)), align=True):
        raise ImportError(f"the C compiler lays out {dtype} in another way than NumPy")
    RECORDS[record] = (dtype, needed, dict(zip(names, zip(offsets, codes))))

cdef struct FieldStruct:
    char* values    # of the rows to come
    Int offset
    Int small       # 1: 32 bits, else 64

cdef class Rows:
    """The rows of a block as memory that NumPy shows; the block stays as long as this does."""

    cdef Block block
    cdef Py_ssize_t size

    def __getbuffer__(self, Py_buffer* view, int flags):
        PyBuffer_FillInfo(view, self, self.block, self.size, True, flags)

    def __dealloc__(self):
        if self.block != NULL:
            let_block_go(self.block)

cdef list arrays_of(TablePointer t, dtype):
    """Return the rows of each block as an array, without a copy."""
    cdef Int b, n
    cdef Rows rows
    arrays = []
    for b in range(t.n_blocks):
        n = rows_of(t, b)
        if n > 0:
            rows = Rows()
            hold_block(t.blocks[b])
            rows.block, rows.size = t.blocks[b], n * t.size
            arrays.append(np.frombuffer(rows, dtype))
    return arrays


# -- names and types -------------------------------------------------------------------------------

cdef tuple bundle_of(void* bundle):
    if bundle == NULL:
        raise ValueError("the bundle has not been made, or is freed")
    return BUNDLES[(<Int*>bundle)[0]]

cdef TablePointer table_of(void* bundle, str table) except NULL:
    name, _, tables = bundle_of(bundle)
    if table not in tables:
        raise KeyError(f"{name} has no table {table!r}")
    cdef Int offset = tables[table][0]
    return <TablePointer>(<char*>bundle + offset)

cdef str record_name(void* bundle, str table):
    return bundle_of(bundle)[2][table][1]

cdef char* row_of(void* bundle, str table, Int i) except NULL:
    cdef TablePointer t = table_of(bundle, table)
    if not 0 <= i < t.n:
        raise IndexError(f"{snake(record_name(bundle, table))} {i} of {t.n}")
    return address_of(t, i)

cdef tuple place_of(str record, str field):
    """Return offset and NumPy's code of a field."""
    places = RECORDS[record][2]
    if field not in places:
        raise KeyError(f"{record} has no field {field!r}")
    return places[field]

cdef number_at(char* place, str code):
    if code == "f8":
        return (<Float*>place)[0]
    if code == "i4":
        return (<Small*>place)[0]
    return (<U64*>place)[0] if code == "u8" else (<Int*>place)[0]

cdef int put_number(char* place, str code, number, str where) except -1:
    if type(number) is not (float if code == "f8" else int):
        number = as_type([number], code, where).tolist()[0]
    if code == "f8":
        (<Float*>place)[0] = number
    elif code == "i4":
        (<Small*>place)[0] = number
    elif code == "u8":
        (<U64*>place)[0] = number
    else:
        (<Int*>place)[0] = number


# -- tables ----------------------------------------------------------------------------------------

cdef fill(void* bundle, str table, columns):
    cdef TablePointer t = table_of(bundle, table)
    record = record_name(bundle, table)
    dtype, needed, _ = RECORDS[record]
    arrays = {
        name: as_type(values, place_of(record, name)[1], f"{record}.{name}")
        for name, values in columns.items()
    }
    lengths = {len(values) for values in arrays.values()}
    if len(lengths) != 1:
        raise ValueError(f"{table}: columns of {sorted(lengths)} rows")
    if missing := [name for name in needed if name not in arrays]:
        raise TypeError(f"{record}: without {', '.join(missing)}")
    set_rows(t, lengths.pop())
    put_fields(t, [place_of(record, name) for name in arrays], list(arrays.values()))

cdef char* memory_of(values) except NULL:
    """Return where the numbers of a contiguous array begin, which is not empty."""
    cdef const unsigned char[::1] memory = values.view(np.uint8)
    return <char*>&memory[0]

cdef int put_fields(TablePointer t, list places, list arrays) except -1:
    """Put arrays into fields, block after block: the rows of one stay near while it is filled."""
    cdef FieldStruct* fields
    cdef Int b, k, i, n, n_fields = len(arrays)
    cdef char* row
    if t.n == 0 or n_fields == 0:
        return 0
    arrays = [np.ascontiguousarray(values) for values in arrays]
    if any([values.ndim != 1 for values in arrays]):
        raise ValueError("a column has one dimension")
    room = np.empty(n_fields * sizeof(FieldStruct), np.uint8)
    fields = <FieldStruct*>memory_of(room)
    for k in range(n_fields):
        fields[k].values, fields[k].offset = memory_of(arrays[k]), places[k][0]
        fields[k].small = places[k][1] == "i4"
    for b in range(t.n_blocks):
        n = rows_of(t, b)
        for k in range(n_fields):
            row = t.blocks[b] + fields[k].offset
            if fields[k].small:
                for i in range(n):
                    (<Small*>row)[0] = (<Small*>fields[k].values)[i]
                    row += t.size
            else:
                for i in range(n):
                    (<U64*>row)[0] = (<U64*>fields[k].values)[i]
                    row += t.size
            fields[k].values += n * (sizeof(Small) if fields[k].small else sizeof(U64))

cdef column(void* bundle, str table, str field):
    cdef TablePointer t = table_of(bundle, table)
    cdef Int offset, b, i
    cdef bint small
    cdef char* row
    cdef U64* to
    offset, code = place_of(record_name(bundle, table), field)
    values = np.empty(t.n, np.float64 if code == "f8" else np.int64)
    if t.n == 0:
        return values
    small, to = code == "i4", <U64*>memory_of(values)
    for b in range(t.n_blocks):
        row = t.blocks[b] + offset
        for i in range(rows_of(t, b)):
            to[0] = <U64><Int>(<Small*>row)[0] if small else (<U64*>row)[0]
            row += t.size
            to += 1
    return values

cdef put_column(void* bundle, str table, str field, values):
    cdef TablePointer t = table_of(bundle, table)
    record = record_name(bundle, table)
    array = as_type(values, place_of(record, field)[1], f"{record}.{field}")
    if len(array) != t.n:
        raise ValueError(f"{table}.{field}: {len(array)} values for {t.n} rows")
    put_fields(t, [place_of(record, field)], [array])

cdef list blocks(void* bundle, str table):
    return arrays_of(table_of(bundle, table), RECORDS[record_name(bundle, table)][0])

cdef Int number_of(void* bundle, str table) except -1:
    return table_of(bundle, table).n

cdef free_numbers(void* bundle, str table):
    cdef TablePointer t = table_of(bundle, table)
    return np.array([t.free[i] for i in range(t.n_free)], dtype=np.int64)

cdef put_free_numbers(void* bundle, str table, numbers):
    cdef TablePointer t = table_of(bundle, table)
    t.n_free = 0
    for i in np.asarray(numbers).tolist():
        row_of(bundle, table, i)
        table_release(t, i)

cdef value(void* bundle, str table, Int i, str field):
    cdef char* row = row_of(bundle, table, i)
    cdef Int offset
    offset, code = place_of(record_name(bundle, table), field)
    return number_at(row + offset, code)

cdef put_value(void* bundle, str table, Int i, str field, number):
    cdef char* row = row_of(bundle, table, i)
    cdef Int offset
    record = record_name(bundle, table)
    offset, code = place_of(record, field)
    put_number(row + offset, code, number, f"{record}.{field}")

cdef dict record_of(void* bundle, str table, Int i):
    row_of(bundle, table, i)
    names = RECORDS[record_name(bundle, table)][0].names
    return {name: value(bundle, table, i, name) for name in names}


# -- the bundle itself -----------------------------------------------------------------------------

cdef tuple scalar_of(void* bundle, str field):
    name, scalars, _ = bundle_of(bundle)
    if field not in scalars:
        raise KeyError(f"{name} has no field {field!r}")
    return scalars[field]

cdef scalar(void* bundle, str field):
    cdef Int offset
    offset, code = scalar_of(bundle, field)
    return number_at(<char*>bundle + offset, code)

cdef put_scalar(void* bundle, str field, number):
    cdef Int offset
    offset, code = scalar_of(bundle, field)
    put_number(<char*>bundle + offset, code, number, f"{bundle_of(bundle)[0]}.{field}")
