# Where finished rows go in long runs, compiled: to a file, out of memory; see flushing.py.
#
# Blocks of rows lie one after the other in spaces. A full one is written to the file and then shown
# from there at the same address: pointers stay good, and its memory is the system's to take back
# and to fill again when somebody looks. It is shown privately: who writes on such a page all the
# same, say the number of a block's holders, gets a copy of that page. A place in a space has its
# place in the file, so that neighbours are one mapping: a process may have some ten thousand.

cdef extern from *:
    """
    #if defined(__unix__) || defined(__APPLE__)
    #if defined(__linux__)
    #include <fcntl.h>
    #include <linux/falloc.h>
    #endif
    #include <errno.h>
    #include <sys/mman.h>
    #include <unistd.h>
    #ifndef MAP_ANONYMOUS
    #define MAP_ANONYMOUS MAP_ANON
    #endif
    #ifndef MAP_NORESERVE
    #define MAP_NORESERVE 0
    #endif
    #define CAN_FLUSH 1
    static long long bytes_of_page(void) { return sysconf(_SC_PAGESIZE); }
    static long long this_process(void) { return getpid(); }
    /* Memory, anywhere or (at) in the place of what is there; NULL if there is none. */
    static char* fresh_memory(char* at, long long n) {
      int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | (at ? MAP_FIXED : 0);
      void* p = mmap(at, (size_t)n, PROT_READ | PROT_WRITE, flags, -1, 0);
      return p == MAP_FAILED ? NULL : (char*)p;
    }
    /* Write memory to a file and show it from there; 0 if that cannot be: then it stays. */
    static int show_from_file(char* p, long long n, int fd, long long at) {
      long long done = 0;
      while (done < n) {
        ssize_t k = pwrite(fd, p + done, (size_t)(n - done), (off_t)(at + done));
        if (k < 0 && errno == EINTR) continue;
        if (k <= 0) return 0;
        done += k;
      }
      return mmap(p, (size_t)n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, fd, (off_t)at)
        != MAP_FAILED;
    }
    /* Give a place in the file back to the disk, where the system can. */
    static void forget_in_file(int fd, long long at, long long n) {
    #ifdef FALLOC_FL_PUNCH_HOLE
      if (fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)at, (off_t)n)) return;
    #else
      (void)fd; (void)at; (void)n;
    #endif
    }
    #else
    #define CAN_FLUSH 0
    static long long bytes_of_page(void) { return 4096; }
    static long long this_process(void) { return 0; }
    static char* fresh_memory(char* at, long long n) { (void)at; (void)n; return NULL; }
    static int show_from_file(char* p, long long n, int fd, long long at) {
      (void)p; (void)n; (void)fd; (void)at; return 0;
    }
    static void forget_in_file(int fd, long long at, long long n) { (void)fd; (void)at; (void)n; }
    #endif
    """
    const int CAN_FLUSH
    Int bytes_of_page() noexcept nogil
    Int this_process() noexcept nogil
    char* fresh_memory(char* at, Int n) noexcept nogil
    bint show_from_file(char* p, Int n, int fd, Int at) noexcept nogil
    void forget_in_file(int fd, Int at, Int n) noexcept nogil

cdef enum:
    SPACE_SHIFT = 28  # a space has 2**28 bytes
    MOST_SPACES = 16384
    SPARED_BLOCKS = 4  # of a table; who has no more needs no file
    IN_SPACE = 1  # added to a block's size in its head, where 0 is any other memory
    ON_FILE = 2

cdef struct FiledStruct:  # blocks of a size that wait
    Int size        # bytes of their rows; 0: not in use
    Int n
    Block first     # each block's first bytes point to the next
cdef struct SpaceStruct:
    char* first
    Int used
cdef SpaceStruct[MOST_SPACES] spaces
cdef Int n_spaces = 0
cdef FiledStruct[POOLS] filed_pools  # blocks that worlds have let go
cdef int flush_file = -1
cdef Int flush_process = 0

def flush_to(int file):
    """Let full blocks go to an open file from now on (-1: nowhere); return whether they can."""
    global flush_file, flush_process
    flush_file = file if CAN_FLUSH else -1
    flush_process = this_process()
    return CAN_FLUSH != 0

cdef FiledStruct* filed_pool(Int size) noexcept nogil:
    """Return what is let go of a size; the last one, of all sizes beyond, stays empty."""
    cdef int i = 0
    while i < POOLS - 1 and filed_pools[i].size and filed_pools[i].size != size:
        i += 1
    if i < POOLS - 1:
        filed_pools[i].size = size
    return &filed_pools[i]

cdef inline Int length_of(Int size) noexcept nogil:
    """Return how much of a space a block takes: whole pages, with its head."""
    cdef Int page = bytes_of_page()
    return (BLOCK_HEADER + size + page - 1) // page * page

cdef Block make_filed_block(Int size) noexcept nogil:
    """Return a block that can be shown from the file, or NULL: none is asked for, or no memory."""
    global n_spaces
    cdef FiledStruct* pool = filed_pool(size)
    cdef Int length = length_of(size)
    cdef SpaceStruct* space
    cdef Block block
    if flush_file < 0 or flush_process != this_process():
        return NULL
    if pool.n:
        block = pool.first
        pool.first = (<Block*>block)[0]
        pool.n -= 1
    else:
        if n_spaces == 0 or spaces[n_spaces - 1].used + length > 1 << SPACE_SHIFT:
            if n_spaces == MOST_SPACES:
                return NULL
            spaces[n_spaces] = SpaceStruct(fresh_memory(NULL, 1 << SPACE_SHIFT), 0)
            if spaces[n_spaces].first == NULL:
                return NULL
            n_spaces += 1
        space = &spaces[n_spaces - 1]
        block = space.first + space.used + BLOCK_HEADER
        space.used += length
    header_of(block).holders, header_of(block).size = 1, size + IN_SPACE
    header_of(block).arena = NULL
    return block

cdef Int place_in_file(char* head) noexcept nogil:
    cdef Int k = n_spaces - 1
    while not spaces[k].first <= head < spaces[k].first + (1 << SPACE_SHIFT):
        k -= 1
    return (k << SPACE_SHIFT) + (head - spaces[k].first)

cdef int flush_block(Block block) except -1 nogil:
    """Let a full block be shown from the file, if it is one that can."""
    global flush_file
    cdef Int* head = <Int*>(block - BLOCK_HEADER)
    if head[1] & 3 != IN_SPACE or flush_file < 0 or flush_process != this_process():
        return 0
    cdef Int length = length_of(head[1] - IN_SPACE)
    head[1] += ON_FILE - IN_SPACE  # before, so that the page is not copied for it
    if not show_from_file(<char*>head, length, flush_file, place_in_file(<char*>head)):
        head[1] -= ON_FILE - IN_SPACE
        flush_file = -1
        with gil:
            from sim.core.flushing import stopped

            stopped()

cdef void let_filed_block_go(Block block) noexcept nogil:
    """Keep a block's place for the next world, and give back its memory and its part of the disk."""
    cdef Int* head = <Int*>(block - BLOCK_HEADER)
    cdef bint on_file = head[1] & 3 == ON_FILE
    cdef Int size = head[1] & ~<Int>3
    cdef FiledStruct* pool = filed_pool(size)
    if fresh_memory(<char*>head, length_of(size)) == NULL or pool.size != size:
        return
    if on_file and flush_file >= 0 and flush_process == this_process():
        forget_in_file(flush_file, place_in_file(<char*>head), length_of(size))
    (<Block*>block)[0] = pool.first
    pool.first = block
    pool.n += 1


