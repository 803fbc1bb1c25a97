/* mem - a tree of allocations (libtalloc) in which running out of memory ends the process.
 *
 * Every allocation hangs on a parent and goes when the parent goes: request-long things hang on the
 * request, step-long things on the step, process-long things on NULL. Functions that allocate for
 * their caller take the parent first, as `void *mem`. A tree belongs to one thread at a time and
 * may be handed over whole.
 */
#ifndef COUNTERSIGN_BASE_MEM_H
#define COUNTERSIGN_BASE_MEM_H

#include <stddef.h>

/* Zeroed memory for one `type`, or for `count` of them. The result has the type's name
 * (talloc_get_type works). */
#define mem_new(mem, type) ((type *)mem_alloc((mem), sizeof(type), #type))
#define mem_new_array(mem, type, count)                                                            \
    ((type *)mem_alloc_array((mem), sizeof(type), (count), #type))

/* A root for one request or one flow: a pool of `size` bytes is taken at once, so that most
 * allocations below it cost no malloc; it grows beyond the pool as needed. */
void *mem_pool(void *mem, size_t size);

void *mem_alloc(void *mem, size_t size, const char *name);
void *mem_alloc_array(void *mem, size_t size, size_t count, const char *name);

/* An array made larger (the old pointer is gone); what is new is not zeroed. */
void *mem_grow_array(void *mem, void *array, size_t size, size_t count, const char *name);

/* Copies: of a string (NULL gives NULL), of `len` bytes as a string with a final NUL, of bytes. */
char *mem_strdup(void *mem, const char *s);
char *mem_strndup(void *mem, const char *s, size_t len);
void *mem_dup(void *mem, const void *bytes, size_t len);
char *mem_printf(void *mem, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Frees a tree; NULL is fine. */
void mem_free(void *ptr);

/* Moves `ptr` (with all below it) under another parent and returns it. */
void *mem_move(void *new_parent, void *ptr);

/* Runs before `ptr` is freed, children still alive. */
void mem_on_free(void *ptr, int (*destructor)(void *ptr));

#endif
