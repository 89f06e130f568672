# Where records live, compiled: the C body of storage.py and columns.py.
#
# A table is blocks of rows that never move, so a pointer to a row stays good while its table grows.
# Blocks (see blocks.pxi) have holders: tables of forks, and NumPy arrays that show them.
# Memory that cannot be had is a MemoryError; what was built so far is given back.

cdef extern from "Python.h":
    void* PyExc_IndexError
    void PyErr_Format(void* kind, const char* text, ...)

cdef enum:
    BLOCK_SHIFT = 10  # a block has 2**10 rows
    BLOCK_LAST = BLOCK - 1
    RANKS_BELOW_0 = 32768

cdef struct TableStruct:
    Block* blocks
    char* rows          # of a table in one piece: the only block
    Int* free
    const void* blank
    Int size            # bytes a row
    Int n, n_free
    Int n_blocks, room  # blocks held, and room for pointers to blocks
    Int free_room
    Small whole         # 1: in one piece, of a size given once
    Small written       # 1: rows are added one after the other, and stay; full blocks may leave
ctypedef TableStruct* TablePointer

cdef struct EventStruct:
    Float time_s
    U64 order           # rank, then number of scheduling
    Int token
    Int extra
    Small handler
    Small subject
ctypedef EventStruct* Event

cdef struct CalendarStruct:
    EventStruct* heap
    Int size, room
    U64 following       # number of the next event scheduled
    Float need_s        # when the next need is due
    U64 need_order
    Float foreign_s     # when SimPy's next event is due: the face says so
    EventStruct due     # the event that was taken last
ctypedef CalendarStruct* Calendar


# -- tables ----------------------------------------------------------------------------------------

cdef inline char* address_of(TablePointer t, Int i) noexcept nogil:
    if t.whole:
        return t.rows + i * t.size
    return t.blocks[i >> BLOCK_SHIFT] + (i & BLOCK_LAST) * t.size

cdef int add_block(TablePointer t, Block block) except -1 nogil:
    """Append a block, which the table holds from now on; a new one for NULL."""
    cdef Block* blocks
    cdef Int room
    if t.n_blocks == t.room:
        room = 2 * t.room + 4
        blocks = <Block*>realloc(t.blocks, room * sizeof(Block))
        if blocks == NULL:
            raise MemoryError
        t.blocks, t.room = blocks, room
    if block == NULL and t.written and t.n_blocks >= SPARED_BLOCKS:
        flush_block(t.blocks[t.n_blocks - 1])
        block = make_filed_block(BLOCK * t.size)
        t.blocks[t.n_blocks] = make_block(BLOCK * t.size, False) if block == NULL else block
    elif block == NULL:
        t.blocks[t.n_blocks] = make_block(BLOCK * t.size, not t.written)
    else:
        hold_block(block)
        t.blocks[t.n_blocks] = block
    t.n_blocks += 1

cdef inline Int next_row(TablePointer t) except -1 nogil:
    """Return the number of a row to be made blank, the last one that was freed if any."""
    cdef Int i
    if t.n_free:
        t.n_free -= 1
        i = t.free[t.n_free]
    else:
        i = t.n
        if i >> BLOCK_SHIFT == t.n_blocks:
            add_block(t, NULL)
        t.n += 1
    return i

cdef void* no_row(const char* record, Int i, Int n) noexcept with gil:
    """Set the error of a row that is not there; apart, so that accessors stay short."""
    PyErr_Format(PyExc_IndexError, "%s %lld of %lld", record, i, n)
    return NULL

cdef Int table_new(TablePointer t) except -1 nogil:
    """Return the number of a blank row."""
    cdef Int i = next_row(t)
    memcpy(address_of(t, i), t.blank, t.size)
    return i

cdef int table_release(TablePointer t, Int i) except -1 nogil:
    """Let a number be given out again."""
    cdef Int* free
    cdef Int room
    if t.n_free == t.free_room:
        room = 2 * t.free_room + 64
        free = <Int*>realloc(t.free, room * sizeof(Int))
        if free == NULL:
            raise MemoryError
        t.free, t.free_room = free, room
    t.free[t.n_free] = i
    t.n_free += 1

cdef TableStruct blank_table(TablePointer like) noexcept nogil:
    """Return a table without rows, of the same kind as another."""
    cdef TableStruct t = like[0]
    t.blocks, t.rows, t.free = NULL, NULL, NULL
    t.n, t.n_free, t.n_blocks, t.room, t.free_room = 0, 0, 0, 0, 0
    return t

cdef void clear_table(TablePointer t) noexcept nogil:
    cdef Int b
    for b in range(t.n_blocks):
        let_block_go(t.blocks[b])
    c_free(t.blocks)
    c_free(t.free)
    t[0] = blank_table(t)

cdef inline Int rows_of(TablePointer t, Int b) noexcept nogil:
    """Return how many rows of a table stand in a block."""
    return t.n if t.whole else min(BLOCK, t.n - (b << BLOCK_SHIFT))

cdef void blank_rows(TablePointer t, char* rows, Int n) noexcept nogil:
    """Make rows that stand one after the other blank."""
    cdef Int done = 1
    if n > 0:
        memcpy(rows, t.blank, t.size)
    while done < n:
        memcpy(rows + done * t.size, rows, min(done, n - done) * t.size)
        done *= 2

cdef int set_rows(TablePointer t, Int n) except -1 nogil:
    """Replace a table by n blank rows."""
    cdef Int b
    cdef Small written
    clear_table(t)
    if t.whole:
        t.rows = make_block(n * t.size, False)
        hold_block(t.rows)
        try:
            add_block(t, t.rows)
        finally:
            let_block_go(t.rows)
        t.n = n
        blank_rows(t, t.rows, n)
    else:
        written, t.written = t.written, 0  # not yet: columns are to follow
        try:
            while t.n < n:
                add_block(t, NULL)
                b = t.n_blocks - 1
                t.n = min(n, t.n_blocks << BLOCK_SHIFT)
                blank_rows(t, t.blocks[b], rows_of(t, b))
        finally:
            t.written = written

cdef int fork_table(TablePointer old, TablePointer t, bint shared) except -1 nogil:
    """Copy a table into an empty one; full blocks are held in common where shared."""
    cdef Int b, rows
    for b in range(old.n_blocks):
        rows = rows_of(old, b)
        if shared and rows == BLOCK:
            add_block(t, old.blocks[b])
        else:
            add_block(t, NULL)
            memcpy(t.blocks[b], old.blocks[b], rows * t.size)
        t.n += rows
    if old.n_free:
        t.free = <Int*>malloc(old.n_free * sizeof(Int))
        if t.free == NULL:
            raise MemoryError
        memcpy(t.free, old.free, old.n_free * sizeof(Int))
        t.n_free = t.free_room = old.n_free


# -- numbers in rows of a table, one each ----------------------------------------------------------

cdef int blank_numbers(TableStruct t, Int first, Int end) except -1 nogil:
    if first < 0 or end > t.n or t.size != sizeof(Float):
        no_row("number", end, t.n)
        return -1
    cdef Int i = first, here
    while i < end:
        here = min(end, (i | BLOCK_LAST) + 1) - i
        memset(address_of(&t, i), 0, here * sizeof(Float))
        i += here

cdef int copy_numbers(TableStruct t, Int n, float[:, ::1] out, Int row) except -1 nogil:
    if n > t.n or t.size != sizeof(Float):
        no_row("number", n, t.n)
        return -1
    if not 0 <= row < out.shape[0] or n > out.shape[1]:
        no_row("matrix row", row, out.shape[0])
        return -1
    if n > 0:
        copy_to_floats(&t, n, &out[row, 0])

cdef int fill_row(unsigned char[:, ::1] matrix, Int row, Int value) except -1 nogil:
    if not 0 <= row < matrix.shape[0]:
        no_row("matrix row", row, matrix.shape[0])
        return -1
    if matrix.shape[1] > 0:
        memset(&matrix[row, 0], <int>value, matrix.shape[1])

cdef void copy_to_floats(TablePointer t, Int n, float* to) noexcept nogil:
    cdef Int b, i
    cdef Float* numbers
    for b in range(((n - 1) >> BLOCK_SHIFT) + 1):
        numbers = <Float*>t.blocks[b]
        for i in range(min(BLOCK, n - (b << BLOCK_SHIFT))):
            to[i] = <float>numbers[i]
        to += BLOCK


# -- memory ------------------------------------------------------------------------------------------

cdef extern from *:
    """
    #if defined(__GNUC__)
    #define will_read(p) __builtin_prefetch(p)
    #else
    #define will_read(p) ((void)(p))
    #endif
    """
    void will_read(const void*) noexcept nogil

cdef inline Small fetches() noexcept nogil:
    return 1

cdef inline int fetch(void* record) except -1 nogil:
    """Ask for a record's memory, which is somewhere among many, before it is needed."""
    will_read(record)
    will_read(<char*>record + 64)
    will_read(<char*>record + 128)


# -- numbers ---------------------------------------------------------------------------------------

cdef inline Int whole(Float x) except? -9223372036854775807 nogil:
    if IS_CHECKED and not -9.2e18 < x < 9.2e18:
        raise OverflowError(f"no whole number: {x}")
    return <Int>x

cdef inline Int nearest_whole(Float x) except? -9223372036854775807 nogil:
    if IS_CHECKED and not -9.2e18 < x < 9.2e18:
        raise OverflowError(f"no whole number: {x}")
    return <Int>rint(x)  # half to even, as Python's round

cdef inline Float single(Float x) noexcept nogil:
    return <Float><float>x
