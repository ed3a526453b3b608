/* All sockets that the options ask for, and whether they may be what they are. */
#pragma once

#include "ingest/daemon_options.h"
#include "ingest/listener.h"

/* An array of struct listener, which it clears: the ones inherited from the service manager from
   descriptor first on, named so (FileDescriptorName=; one named "http" speaks no TLS), and those of
   options->listen.  With options->check_config one that is in use is left out.  NULL with error,
   also where there is none, TLS has no certificate, or plain HTTP could be reached from elsewhere
   than a proxy. */
GArray *listeners_open(const struct daemon_options *options, int first, char *const *names,
	size_t n_names, GError **error);
