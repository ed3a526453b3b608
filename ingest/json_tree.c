/* cJSON with an arena behind it. */
#include "ingest/json_tree.h"

#include <stdlib.h>

#include <glib.h>

static void
free_arena(gpointer arena)
{
	arena_free(arena);
}

static GPrivate thread_arena = G_PRIVATE_INIT(free_arena);

/* The hooks are global: outside of json_tree_parse they must be plain malloc and free. */
static _Thread_local struct arena *parsing;

static void *
tree_alloc(size_t size)
{
	return parsing != NULL ? arena_alloc(parsing, size) : malloc(size);
}

static void
tree_free(void *memory)
{
	if (parsing == NULL)
		free(memory);
}

static void
install_hooks(void)
{
	static gsize done;
	if (g_once_init_enter(&done)) {
		cJSON_Hooks hooks = { tree_alloc, tree_free };
		cJSON_InitHooks(&hooks);
		g_once_init_leave(&done, 1);
	}
}

const cJSON *
json_tree_parse_into(struct arena *arena, const char *json, size_t length)
{
	install_hooks();
	parsing = arena;
	const cJSON *tree = cJSON_ParseWithLength(json, length);
	parsing = NULL;
	return tree;
}

const cJSON *
json_tree_parse(const char *json, size_t length)
{
	struct arena *arena = g_private_get(&thread_arena);
	if (arena == NULL) {
		arena = arena_new();
		g_private_set(&thread_arena, arena);
	}
	return json_tree_parse_into(arena, json, length);
}

void
json_tree_forget(void)
{
	struct arena *arena = g_private_get(&thread_arena);
	if (arena != NULL)
		arena_reset(arena);
}
