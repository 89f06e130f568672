/* The M/M/n+M queue and nothing else: what a queue alone costs in C, the limit of all simulators.

   A binary heap of events and one record a caller; no register, no decisions, no customers. Times
   are minutes. Compiled when it is asked for (`c_queue.py`). */

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

enum { ARRIVAL, SERVICE_END, HANG_UP };

typedef struct { double time; int64_t kind, caller; } Event;
typedef struct { double arrived; int64_t next, waits; } Caller;
typedef struct { double left, abandoned, waited; } Tally;

typedef struct {
    Event *heap;
    int64_t n;
    Caller *callers;
    int64_t first, last, idle;
    uint64_t luck;
    double now;
    Tally *tally;
} Queue;

/* SplitMix64: Steele, Lea & Flood (2014), OOPSLA. */
static double uniform(Queue *q) {
    uint64_t z = (q->luck += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return ((double)((z ^ (z >> 31)) >> 11) + 0.5) * 0x1p-53;
}

static double exponential(Queue *q, double rate) { return -log(uniform(q)) / rate; }

static void push(Queue *q, double time, int64_t kind, int64_t caller) {
    int64_t i = q->n++;
    while (i > 0 && q->heap[(i - 1) / 2].time > time) {
        q->heap[i] = q->heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    q->heap[i] = (Event){time, kind, caller};
}

static Event pop(Queue *q) {
    Event top = q->heap[0], moved = q->heap[--q->n];
    int64_t i = 0, child;
    while ((child = 2 * i + 1) < q->n) {
        if (child + 1 < q->n && q->heap[child + 1].time < q->heap[child].time) child++;
        if (q->heap[child].time >= moved.time) break;
        q->heap[i] = q->heap[child];
        i = child;
    }
    q->heap[i] = moved;
    return top;
}

static void leave_line(Queue *q, int64_t caller) {
    q->callers[caller].waits = 0;
    q->tally->left += 1;
    q->tally->waited += q->now - q->callers[caller].arrived;
}

static void answer(Queue *q, int64_t caller, double rate) {
    leave_line(q, caller);
    push(q, q->now + exponential(q, rate), SERVICE_END, caller);
}

/* Simulate from an empty system until every caller has left; return 0 when memory is short. */
int simulate(int64_t callers, uint64_t seed, double arrival_rate, double service_rate,
             double patience_rate, int64_t servers, Tally *tally) {
    Queue q = {.first = -1, .last = -1, .idle = servers, .luck = seed, .tally = tally};
    *tally = (Tally){0, 0, 0};
    q.heap = malloc((size_t)(callers + servers + 2) * sizeof(Event));
    q.callers = malloc((size_t)callers * sizeof(Caller));
    if (q.heap && q.callers) {
        push(&q, exponential(&q, arrival_rate), ARRIVAL, 0);
        while (q.n) {
            Event event = pop(&q);
            int64_t c = event.caller;
            q.now = event.time;
            if (event.kind == ARRIVAL) {
                q.callers[c] = (Caller){q.now, -1, 1};
                if (q.idle) {
                    q.idle--;
                    answer(&q, c, service_rate);
                } else {
                    if (q.first < 0) q.first = c; else q.callers[q.last].next = c;
                    q.last = c;
                    push(&q, q.now + exponential(&q, patience_rate), HANG_UP, c);
                }
                if (c + 1 < callers) push(&q, q.now + exponential(&q, arrival_rate), ARRIVAL, c + 1);
            } else if (event.kind == HANG_UP) {
                if (q.callers[c].waits) {
                    leave_line(&q, c);
                    tally->abandoned += 1;
                }
            } else {
                while (q.first >= 0 && !q.callers[q.first].waits) q.first = q.callers[q.first].next;
                if (q.first < 0) {
                    q.idle++;
                } else {
                    int64_t next = q.first;
                    q.first = q.callers[next].next;
                    answer(&q, next, service_rate);
                }
            }
        }
    }
    int done = q.heap && q.callers;
    free(q.heap);
    free(q.callers);
    return done;
}
