# one line a test
unit(proxy_address ingest_http)
unit(guard ingest_http)
unit(metrics ingest_http)
unit(daemon_options ingest_http)
unit(spool ingest_http)
unit(committer ingest_http)
