/* mem - see mem.h. */
#include "base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <talloc.h>

static void *must(void *ptr)
{
    if (ptr == NULL) {
        fputs("countersign: out of memory\n", stderr);
        abort();
    }
    return ptr;
}

void *mem_pool(void *mem, size_t size)
{
    return must(talloc_pool(mem, size));
}

void *mem_alloc(void *mem, size_t size, const char *name)
{
    void *ptr = must(talloc_zero_size(mem, size));

    talloc_set_name_const(ptr, name);
    return ptr;
}

void *mem_alloc_array(void *mem, size_t size, size_t count, const char *name)
{
    void *ptr;

    if (count != 0 && size > SIZE_MAX / count)
        return must(NULL);
    ptr = must(talloc_zero_size(mem, size * count));
    talloc_set_name_const(ptr, name);
    return ptr;
}

void *mem_grow_array(void *mem, void *array, size_t size, size_t count, const char *name)
{
    if (count > UINT32_MAX)
        return must(NULL);
    return must(_talloc_realloc_array(mem, array, size, (unsigned)count, name));
}

char *mem_strdup(void *mem, const char *s)
{
    return s == NULL ? NULL : must(talloc_strdup(mem, s));
}

char *mem_strndup(void *mem, const char *s, size_t len)
{
    char *copy = must(talloc_size(mem, len + 1));

    if (len > 0)
        memcpy(copy, s, len);
    copy[len] = '\0';
    return copy;
}

void *mem_dup(void *mem, const void *bytes, size_t len)
{
    void *copy = must(talloc_size(mem, len));

    if (len > 0)
        memcpy(copy, bytes, len);
    return copy;
}

char *mem_printf(void *mem, const char *format, ...)
{
    va_list args;
    char *text;

    va_start(args, format);
    text = must(talloc_vasprintf(mem, format, args));
    va_end(args);
    return text;
}

void mem_free(void *ptr)
{
    if (ptr != NULL)
        talloc_free(ptr);
}

void *mem_move(void *new_parent, void *ptr)
{
    return _talloc_steal_loc(new_parent, ptr, __location__);
}

void mem_on_free(void *ptr, int (*destructor)(void *ptr))
{
    _talloc_set_destructor(ptr, destructor);
}
