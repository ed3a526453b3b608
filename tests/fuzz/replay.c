/* Runs a fuzz target once over every file below the paths given: how ctest replays seeds with a
   compiler that has no libFuzzer. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <glib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
replay(const char *path)
{
	g_autofree char *bytes = NULL;
	gsize length;
	if (g_file_get_contents(path, &bytes, &length, NULL)) {
		LLVMFuzzerTestOneInput((const uint8_t *)bytes, length);
		return 1;
	}
	g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
	int count = 0;
	for (const char *name; folder != NULL && (name = g_dir_read_name(folder)) != NULL;) {
		g_autofree char *inner = g_build_filename(path, name, NULL);
		count += replay(inner);
	}
	return count;
}

int
main(int argc, char **argv)
{
	int count = 0;
	for (int i = 1; i < argc; i++)
		count += replay(argv[i]);
	printf("%d inputs replayed\n", count);
	return count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
