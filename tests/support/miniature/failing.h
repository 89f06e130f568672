/* The C library's memory, which fails once when `fail_after` more requests were met. */
#include <stdlib.h>
__attribute__((visibility("default"))) long fail_after = -1;
static int fails(void) { return fail_after >= 0 && fail_after-- == 0; }
static void* may_malloc(size_t n) { return fails() ? NULL : malloc(n); }
static void* may_calloc(size_t n, size_t m) { return fails() ? NULL : calloc(n, m); }
static void* may_realloc(void* p, size_t n) { return fails() ? NULL : realloc(p, n); }
#define malloc(n) may_malloc(n)
#define calloc(n, m) may_calloc(n, m)
#define realloc(p, n) may_realloc(p, n)
