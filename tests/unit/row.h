/* What tests made of tables share: a row that fails says so, and the others are still tried. */
#pragma once

#include <string.h>

#include <glib.h>

#define FAIL(...)                                                                                  \
	do {                                                                                       \
		g_test_message(__VA_ARGS__);                                                       \
		g_test_fail();                                                                     \
	} while (0)
