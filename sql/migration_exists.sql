-- Whether the database has a schema of this program.
select to_regclass('migration') is not null
