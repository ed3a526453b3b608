/* One transfer by libcurl, with an end. */
#pragma once

#include <curl/curl.h>
#include <stdbool.h>

struct transfer_limits {
	long seconds;                /* in all */
	bool (*ended)(void);         /* whether the program is to stop; NULL: never */
	bool (*through)(void *user); /* whether nothing that matters is left; NULL: never */
	void *user;
};

/* Performs what is set, within the limits: some seconds more are given to what is nearly done when
   the program is to stop, and to farewells.  failure, of CURL_ERROR_SIZE bytes, says why not. */
CURLcode transfer_perform(CURL *curl, const struct transfer_limits *limits, char *failure);
