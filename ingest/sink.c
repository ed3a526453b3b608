/* Where arrivals go to become durable: the errors of it. */
#include "ingest/sink.h"

G_DEFINE_QUARK(stsready - sink - error, sink_error)
