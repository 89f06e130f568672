# Where the blocks of tables come from: arenas of large pages, compiled.
#
# Blocks that worlds have let go wait for the next world: a fresh page of memory costs more than all
# that is written on it. What a world comes back to is cut from arenas for which large pages are
# asked where there are any: worlds side by side touch so many small ones that the processor forgets
# where they are. Rows that are written once and stay are blocks of their own: of a large page the
# first touch alone may cost more than writing them.

from libc.stdlib cimport calloc, free as c_free, malloc, realloc
from libc.string cimport memcpy, memset

cdef extern from *:
    """
    #if defined(__linux__)
    #include <sys/mman.h>
    #endif
    #if defined(__linux__) && defined(MADV_HUGEPAGE)
    #define on_large_pages(p, n) ((void)madvise(p, n, MADV_HUGEPAGE))
    #else
    #define on_large_pages(p, n) ((void)0)
    #endif
    """
    void on_large_pages(void*, size_t) noexcept nogil

cdef enum:
    BLOCK_HEADER = 64  # bytes before the first row, so that no row lies across lines needlessly
    POOL_SHIFT = 12    # sizes of blocks that are kept: whole times 2**12 bytes,
    POOLS = 129        # up to 2**19
    MOST_POOLED = 268435456  # bytes that wait; beyond, some are given back
    LARGE_PAGE = 2097152
    ARENA = 16777216
    GIVEN_BACK = -1

ctypedef char* Block    # its first row

cdef struct ArenaStruct:
    char* memory    # as the C library gave it
    char* end
    char* room      # the first byte that was never used
    Int used        # blocks that somebody holds
    ArenaStruct* behind
ctypedef ArenaStruct* Arena

cdef struct HeaderStruct:  # before the first row of a block
    Int holders
    Int size        # bytes of its rows
    Arena arena     # NULL: of its own
ctypedef HeaderStruct* Header

cdef Arena arenas = NULL    # the first one is cut from
cdef Block[POOLS] pools     # blocks that wait, by size; each one's first bytes point to the next
cdef Block[POOLS] apart     # likewise, blocks of their own
cdef Int pooled = 0         # bytes that wait
cdef Int lent = 0           # bytes of blocks that somebody holds
cdef Int in_arenas = 0      # bytes that were asked for

cdef inline Header header_of(Block block) noexcept nogil:
    return <Header>(block - BLOCK_HEADER)

cdef inline Int pool_of(Int size) noexcept nogil:
    """Return the place of a size among the pools, 0 for one that is not kept."""
    if size & ((1 << POOL_SHIFT) - 1) or size >> POOL_SHIFT >= POOLS:
        return 0
    return size >> POOL_SHIFT

cdef Arena make_arena() except NULL nogil:
    """Put an arena before the others, to be cut from."""
    global arenas, in_arenas
    cdef char* memory = <char*>malloc(LARGE_PAGE + ARENA)
    if memory == NULL:
        raise MemoryError
    cdef Arena arena = <Arena>(memory + (LARGE_PAGE - <size_t>memory % LARGE_PAGE))
    on_large_pages(arena, ARENA)
    arena.memory, arena.end, arena.room = memory, <char*>arena + ARENA, <char*>arena + BLOCK_HEADER
    arena.used = 0
    arena.behind = arenas
    arenas = arena
    in_arenas += LARGE_PAGE + ARENA
    return arena

cdef Block cut_block(Int size) except NULL nogil:
    """Return a block that nobody has held before."""
    cdef Arena arena = arenas
    if arena == NULL or arena.end - arena.room < BLOCK_HEADER + size:
        arena = make_arena()
    cdef Block block = arena.room + BLOCK_HEADER
    arena.room = block + size
    header_of(block).arena = arena
    return block

cdef Block make_block(Int size, bint cut) except NULL nogil:
    """Return a block, which the caller holds; one cut from an arena where that is asked."""
    global pooled, lent
    cdef Int pool = pool_of(size)
    cdef Block* first = &pools[pool] if cut else &apart[pool]
    cdef Block block = first[0] if pool else NULL
    if block != NULL:
        first[0] = (<Block*>block)[0]
        pooled -= size
    elif cut and pool:
        block = cut_block(size)
    else:
        block = <Block>malloc(BLOCK_HEADER + size)
        if block == NULL:
            raise MemoryError
        block += BLOCK_HEADER
        header_of(block).arena = NULL
    header_of(block).holders, header_of(block).size = 1, size
    if header_of(block).arena != NULL:
        header_of(block).arena.used += 1
        lent += size
    return block

cdef void hold_block(Block block) noexcept nogil:
    header_of(block).holders += 1

cdef void let_block_go(Block block) noexcept nogil:
    global pooled, lent
    cdef Header head = header_of(block)
    cdef Int pool = pool_of(head.size)
    cdef Block* first = &apart[pool] if head.arena == NULL else &pools[pool]
    head.holders -= 1
    if head.holders:
        return
    if head.size & (IN_SPACE | ON_FILE):
        let_filed_block_go(block)
        return
    if head.arena == NULL and (not pool or pooled > MOST_POOLED):
        c_free(head)
        return
    (<Block*>block)[0] = first[0]
    first[0] = block
    pooled += head.size
    if head.arena != NULL:
        head.arena.used -= 1
        lent -= head.size
        if pooled > MOST_POOLED and head.arena.used == 0:
            give_arenas_back()

cdef void give_arenas_back() noexcept nogil:
    """Give back arenas in which no block is held, until half of what may wait does."""
    global arenas, pooled, in_arenas
    cdef Block* link
    cdef Arena* place = &arenas
    cdef Arena arena = arenas
    cdef Int pool, left = pooled
    while arena != NULL and left > MOST_POOLED >> 1:
        if arena.used == 0:
            arena.used = GIVEN_BACK
            left -= ARENA
        arena = arena.behind
    for pool in range(POOLS):
        link = &pools[pool]
        while link[0] != NULL:
            if header_of(link[0]).arena.used != GIVEN_BACK:
                link = <Block*>link[0]
            else:
                pooled -= header_of(link[0]).size
                link[0] = (<Block*>link[0])[0]
    while place[0] != NULL:
        arena = place[0]
        if arena.used != GIVEN_BACK:
            place = &arena.behind
        else:
            place[0] = arena.behind
            in_arenas -= LARGE_PAGE + ARENA
            c_free(arena.memory)

def memory_of_blocks():
    """Return the bytes of arenas, and of their blocks that somebody holds: for tests."""
    return in_arenas, lent
