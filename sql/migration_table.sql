-- The list of applied migrations, made before the first.
create table if not exists migration (
	number integer not null,
	name text not null,
	applied_at timestamptz not null,
	constraint migration_pkey primary key (number)
)
