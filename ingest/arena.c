/* A bump allocator. */
#include "ingest/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <glib.h>

/* The first block holds a small report; later ones double up to the last size. */
#define FIRST_BLOCK ((size_t)2 << 10)
#define LARGEST_BLOCK ((size_t)1 << 20)

struct block {
	struct block *next; /* older */
	size_t size, used;
	alignas(max_align_t) uint8_t bytes[];
};

struct arena {
	struct block *newest;
};

struct arena *
arena_new(void)
{
	return g_new0(struct arena, 1);
}

static void
free_blocks(struct block *block)
{
	while (block != NULL) {
		struct block *next = block->next;
		g_free(block);
		block = next;
	}
}

void
arena_free(struct arena *arena)
{
	if (arena == NULL)
		return;
	free_blocks(arena->newest);
	g_free(arena);
}

void
arena_reset(struct arena *arena)
{
	struct block *kept = arena->newest;
	if (kept == NULL)
		return;
	free_blocks(kept->next);
	kept->next = NULL;
	kept->used = 0;
	if (kept->size > LARGEST_BLOCK) { /* one huge text must not be remembered for ever */
		arena->newest = NULL;
		free_blocks(kept);
	}
}

static struct block *
add_block(struct arena *arena, size_t least)
{
	size_t size = FIRST_BLOCK;
	if (arena->newest != NULL)
		size = MIN(arena->newest->size * 2, LARGEST_BLOCK);
	size = MAX(size, least);
	struct block *block = g_malloc(sizeof *block + size);
	block->size = size;
	block->used = 0;
	block->next = arena->newest;
	arena->newest = block;
	return block;
}

void *
arena_alloc(struct arena *arena, size_t size)
{
	const size_t align = alignof(max_align_t);
	if (size > SIZE_MAX / 2)
		g_error("arena: %zu bytes asked for", size);
	size = (size + align - 1) & ~(align - 1);
	struct block *block = arena->newest;
	if (block == NULL || block->size - block->used < size)
		block = add_block(arena, size);
	void *memory = block->bytes + block->used;
	block->used += size;
	return memory;
}

void *
arena_calloc(struct arena *arena, size_t count, size_t size)
{
	if (size != 0 && count > SIZE_MAX / size)
		g_error("arena: %zu elements of %zu bytes asked for", count, size);
	void *memory = arena_alloc(arena, count * size);
	memset(memory, 0, count * size);
	return memory;
}

char *
arena_strndup(struct arena *arena, const char *text, size_t len)
{
	char *copy = arena_alloc(arena, len + 1);
	if (len > 0)
		memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

char *
arena_strdup(struct arena *arena, const char *text)
{
	return arena_strndup(arena, text, strlen(text));
}

char *
arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	g_autofree char *text = g_strdup_vprintf(format, args);
	va_end(args);
	return arena_strdup(arena, text);
}

size_t
arena_size(const struct arena *arena)
{
	size_t size = sizeof *arena;
	for (const struct block *block = arena->newest; block != NULL; block = block->next)
		size += sizeof *block + block->size;
	return size;
}

bool
arena_owns(const struct arena *arena, const void *memory)
{
	uintptr_t at = (uintptr_t)memory;
	for (const struct block *block = arena->newest; block != NULL; block = block->next)
		if (at >= (uintptr_t)block->bytes && at < (uintptr_t)block->bytes + block->size)
			return true;
	return false;
}
