# Our events, compiled: a heap of plain numbers beside SimPy's calendar; see storage.py.

cdef inline bint event_before(EventStruct* a, EventStruct* b) noexcept nogil:
    return a.time_s < b.time_s or (a.time_s == b.time_s and a.order < b.order)

cdef Calendar make_calendar() except NULL nogil:
    cdef Calendar calendar = <Calendar>calloc(1, sizeof(CalendarStruct))
    if calendar == NULL:
        raise MemoryError
    calendar.foreign_s = inf
    calendar.need_s = NO_EVENT
    return calendar

cdef Calendar fork_calendar(Calendar old) except NULL nogil:
    cdef Calendar calendar = make_calendar()
    cdef EventStruct* heap = <EventStruct*>malloc((old.size + 1) * sizeof(EventStruct))
    if heap == NULL:
        c_free(calendar)
        raise MemoryError
    calendar[0] = old[0]
    calendar.heap, calendar.room = heap, old.size + 1
    calendar.foreign_s = inf
    memcpy(heap, old.heap, old.size * sizeof(EventStruct))
    return calendar

cdef void free_calendar(Calendar calendar) noexcept nogil:
    if calendar != NULL:
        c_free(calendar.heap)
        c_free(calendar)

cdef int schedule(
    Calendar c, Float time_s, Small rank, Small handler, Small subject, Int token, Int extra
) except -1 nogil:
    cdef EventStruct* heap
    cdef Int i = c.size, above, room
    if i == c.room:
        room = 2 * c.room + 64
        heap = <EventStruct*>realloc(c.heap, room * sizeof(EventStruct))
        if heap == NULL:
            raise MemoryError
        c.heap, c.room = heap, room
    cdef U64 order = (<U64>(rank + RANKS_BELOW_0) << 48) + c.following
    cdef EventStruct event = EventStruct(time_s, order, token, extra, handler, subject)
    c.following += 1
    c.size += 1
    while i:
        above = (i - 1) >> 1
        if not event_before(&event, &c.heap[above]):
            break
        c.heap[i] = c.heap[above]
        i = above
    c.heap[i] = event

cdef inline int expect_need_at(Calendar c, Float time_s) except -1 nogil:
    """The next of a sorted list need not go through the heap."""
    c.need_s = time_s
    c.need_order = (<U64>(NEED_RANK + RANKS_BELOW_0) << 48) + c.following
    c.following += 1

cdef inline bint need_first(Calendar c) noexcept nogil:
    if c.size == 0 or c.need_s != c.heap[0].time_s:
        return c.need_s < NO_EVENT and (c.size == 0 or c.need_s < c.heap[0].time_s)
    return c.need_order < c.heap[0].order

cdef inline Float next_time(Calendar c) noexcept nogil:
    return c.heap[0].time_s if c.size and c.heap[0].time_s < c.need_s else c.need_s

cdef inline int expect_foreign(Calendar c, Float time_s) except -1 nogil:
    c.foreign_s = time_s

cdef inline Small foreign_first(Calendar c, Float until_s) noexcept nogil:
    return c.foreign_s <= until_s and c.foreign_s < next_time(c)

cdef environment_of(Calendar c):
    from sim.core.environment import Environment

    return Environment()

cdef Event pop_event(Calendar c) except NULL nogil:
    cdef Int i = 0, below = 1
    if need_first(c):
        c.due = EventStruct(c.need_s, 0, 0, 0, 0, 0)  # its handler is 0: see ``expect_need_at``
        c.need_s = NO_EVENT
        return &c.due
    if c.size == 0:
        raise IndexError("no event is scheduled")
    c.due = c.heap[0]
    c.size -= 1
    cdef EventStruct* moved = &c.heap[c.size]
    while below < c.size:
        if below + 1 < c.size and event_before(&c.heap[below + 1], &c.heap[below]):
            below += 1
        if event_before(moved, &c.heap[below]):
            break
        c.heap[i] = c.heap[below]
        i = below
        below = 2 * i + 1
    c.heap[i] = moved[0]
    return &c.due

cdef inline Event due_event(Calendar c, Float until_s) except NULL nogil:
    cdef Float time_s = next_time(c)
    if c.foreign_s <= until_s and c.foreign_s < time_s:
        c.due.handler = FOREIGN_DUE
    elif time_s > until_s or time_s >= NO_EVENT:
        c.due.handler = NONE_DUE
    else:
        return pop_event(c)
    return &c.due

cdef list events_of(Calendar c):
    cdef Int i
    events = []
    if c.need_s < NO_EVENT:
        events.append((c.need_s, c.need_order, 0, 0, 0, 0))
    for i in range(c.size):
        e = c.heap[i]
        events.append((e.time_s, e.order, e.handler, e.subject, e.token, e.extra))
    return [(t, (order >> 48) - RANKS_BELOW_0, *rest) for t, order, *rest in sorted(events)]


