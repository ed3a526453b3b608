/* The bump allocator, and the JSON trees that live in one. */
#include "ingest/arena.h"

#include <stdalign.h>
#include <stdint.h>

#include "ingest/json_tree.h"
#include "tests/unit/row.h"

static void
test_alignment_and_ownership(void)
{
	static const size_t sizes[] = { 0, 1, 7, 16, 17, 2000, 2048, 2049, 100000, 3u << 20, 1 };
	struct arena *arena = arena_new();
	uint8_t *memory[G_N_ELEMENTS(sizes)];
	for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
		memory[i] = arena_alloc(arena, sizes[i]);
		memset(memory[i], (int)i, sizes[i]);
		if ((uintptr_t)memory[i] % alignof(max_align_t) != 0)
			FAIL("%zu bytes: not aligned", sizes[i]);
		if (sizes[i] > 0 && !arena_owns(arena, memory[i] + sizes[i] - 1))
			FAIL("%zu bytes: not its own", sizes[i]);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++)
		for (size_t at = 0; at < sizes[i]; at++)
			if (memory[i][at] != i)
				g_error("%zu bytes: written over at %zu", sizes[i], at);
	g_assert_false(arena_owns(arena, sizes));
	arena_free(arena);
	arena_free(NULL);
}

/* All that was asked for, and less than a block of the largest size on top. */
static void
test_size(void)
{
	struct arena *arena = arena_new();
	g_assert_cmpuint(arena_size(arena), <, 100);
	arena_alloc(arena, 100);
	g_assert_cmpuint(arena_size(arena), >=, 100);
	g_assert_cmpuint(arena_size(arena), <, 5000);
	for (size_t i = 0; i < 1000; i++)
		arena_alloc(arena, 10000);
	arena_alloc(arena, 3u << 20);
	size_t asked = 100 + 10000 * 1000 + (3u << 20);
	g_assert_cmpuint(arena_size(arena), >=, asked);
	g_assert_cmpuint(arena_size(arena), <, asked + (2u << 20));
	arena_free(arena);
}

static void
test_text(void)
{
	struct arena *arena = arena_new();
	const uint8_t *zeros = arena_calloc(arena, 100, 10);
	for (size_t i = 0; i < 1000; i++)
		g_assert_cmpuint(zeros[i], ==, 0);
	g_assert_cmpstr(arena_strndup(arena, "quay.example", 4), ==, "quay");
	g_assert_cmpstr(arena_strdup(arena, ""), ==, "");
	g_assert_cmpstr(arena_printf(arena, "%d of %s", 3, "quay"), ==, "3 of quay");
	arena_free(arena);
}

/* A thread that once met a huge text must not hold its memory from then on. */
static void
test_reset(void)
{
	struct arena *arena = arena_new();
	arena_reset(arena);
	const void *ordinary = arena_alloc(arena, 100);
	arena_reset(arena);
	g_assert_true(arena_owns(arena, ordinary));
	g_assert_true(arena_alloc(arena, 100) == ordinary);
	const void *huge = arena_alloc(arena, 8u << 20);
	arena_reset(arena);
	g_assert_false(arena_owns(arena, huge));
	g_assert_false(arena_owns(arena, ordinary));
	g_assert_nonnull(arena_alloc(arena, 100));
	arena_free(arena);
}

static void
test_overflow(void)
{
	if (g_test_subprocess()) {
		struct arena *arena = arena_new();
		arena_calloc(arena, SIZE_MAX / 4, 8);
		return;
	}
	g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
	g_test_trap_assert_failed();
	g_test_trap_assert_stderr("*arena: * elements of 8 bytes asked for*");
}

/* ---- trees ---- */

static void
test_tree(void)
{
	static const char json[] = "{\"a\":[1,\"two\",null]}";
	struct arena *arena = arena_new();
	const cJSON *apart = json_tree_parse_into(arena, json, strlen(json));
	const cJSON *tree = json_tree_parse(json, strlen(json));
	g_assert_true(arena_owns(arena, apart));
	g_assert_false(arena_owns(arena, tree));
	g_assert_cmpint(cJSON_GetArraySize(tree->child), ==, 3);
	json_tree_forget();
	g_assert_cmpstr(apart->child->child->next->valuestring, ==, "two");
	arena_free(arena);
	g_assert_null(json_tree_parse("{", 1));
	json_tree_forget();
}

/* The hooks are global: what others do with cJSON is plain memory all the same. */
static void
test_others(void)
{
	json_tree_parse("[]", 2);
	cJSON *other = cJSON_Parse("{\"x\":1}");
	json_tree_forget();
	g_assert_cmpfloat(cJSON_GetObjectItem(other, "x")->valuedouble, ==, 1);
	cJSON_Delete(other);
}

static gpointer
parse_often(gpointer number)
{
	g_autofree char *json = g_strdup_printf("{\"n\":%d}", GPOINTER_TO_INT(number));
	for (int i = 0; i < 2000; i++) {
		const cJSON *tree = json_tree_parse(json, strlen(json));
		if (tree->child->valueint != GPOINTER_TO_INT(number))
			return GINT_TO_POINTER(1);
		json_tree_forget();
	}
	return NULL;
}

static void
test_threads(void)
{
	GThread *threads[4];
	for (int i = 0; i < 4; i++)
		threads[i] = g_thread_new("parse", parse_often, GINT_TO_POINTER(i));
	for (int i = 0; i < 4; i++)
		g_assert_null(g_thread_join(threads[i]));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/arena/alignment-and-ownership", test_alignment_and_ownership);
	g_test_add_func("/arena/size", test_size);
	g_test_add_func("/arena/text", test_text);
	g_test_add_func("/arena/reset", test_reset);
	g_test_add_func("/arena/overflow", test_overflow);
	g_test_add_func("/json-tree/tree", test_tree);
	g_test_add_func("/json-tree/others", test_others);
	g_test_add_func("/json-tree/threads", test_threads);
	return g_test_run();
}
