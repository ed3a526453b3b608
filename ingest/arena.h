/* A bump allocator: many small allocations that are freed all at once. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arena;

/* A new, empty arena; takes no memory for blocks before the first allocation. */
struct arena *arena_new(void);

/* Frees the arena and everything that came from it; NULL is fine. */
void arena_free(struct arena *arena);

/* Forgets every allocation but keeps one block of ordinary size for the next use. */
void arena_reset(struct arena *arena);

/* Memory for any type, uninitialised, valid until arena_reset or arena_free.  Never NULL: like
   GLib's own allocator it ends the program when there is no memory. */
void *arena_alloc(struct arena *arena, size_t size);

/* Zeroed memory for count elements of size; ends the program when the product overflows. */
void *arena_calloc(struct arena *arena, size_t count, size_t size);

/* A NUL-terminated copy of len bytes. */
char *arena_strndup(struct arena *arena, const char *text, size_t len);
char *arena_strdup(struct arena *arena, const char *text);

/* Text made by a printf format. */
char *arena_printf(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Bytes of memory that the arena takes. */
size_t arena_size(const struct arena *arena);

/* Whether memory lies in this arena. */
bool arena_owns(const struct arena *arena, const void *memory);
