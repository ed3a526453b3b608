# One line a fuzzer: its name, its seeds below tests/data, the libraries it uses.
fuzz(report_body reports ingest)
fuzz(message messages ingest_mail ingest)
fuzz(sts_record sts_records checker_text ingest)
fuzz(sts_policy sts_policies checker_text ingest)
fuzz(tlsrpt_record tlsrpt_records checker_text ingest)
fuzz(tlsa_record tlsa_records checker_text ingest)
fuzz(spool_file spool_files ingest)
