/* libcurl's transfers on the event loop. */
#pragma once

#include "checker/loop.h"

#include <curl/curl.h>
#include <glib.h>

struct transfers;

/* ca_file: PEM file of trusted roots; NULL: the system's. */
struct transfers *transfers_new(struct loop *loop, const char *ca_file);
/* None may be under way. */
void transfers_free(struct transfers *transfers);

struct loop *transfers_loop(const struct transfers *transfers);

/* A handle set up as all transfers are: no proxy, no environment, no redirect, no reuse, roots read
   once a run.  Give it to transfers_start. */
CURL *transfers_handle(struct transfers *transfers);

/* What a failure was, in words that are the same each time it happens: without times or counts.
   error is the handle's error buffer.  g_free it. */
char *transfers_words(CURL *handle, CURLcode result, const char *error);

/* Starts it; done is called once, later, with the handle still whole; it is freed after that. */
void transfers_start(struct transfers *transfers, CURL *handle,
	void (*done)(void *user, CURL *handle, CURLcode result), void *user);
