-- For connections that serve pages.
select set_config('default_transaction_read_only', 'on', false), set_config('statement_timeout', '10s', false)
