# One line a fuzzer: its name, its seeds below tests/data, the libraries it uses.
fuzz(report_body reports ingest)
fuzz(message messages ingest_mail ingest)
