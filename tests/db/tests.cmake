# Tests of the store against a PostgreSQL of their own, which runs from the first to the last of them.
set(DB_SERVER ${CMAKE_CURRENT_SOURCE_DIR}/db/server)
set(DB_SERVICE ${CMAKE_CURRENT_BINARY_DIR}/db-server.conf)
add_test(NAME db/server-start COMMAND ${DB_SERVER} start ${DB_SERVICE})
add_test(NAME db/server-stop COMMAND ${DB_SERVER} stop ${DB_SERVICE})
set_tests_properties(db/server-start PROPERTIES LABELS db FIXTURES_SETUP database)
set_tests_properties(db/server-stop PROPERTIES LABELS db FIXTURES_CLEANUP database)

# db_test(NAME LIBRARY...) builds tests/db/NAME.c
function(db_test name)
	add_executable(db_${name} db/${name}.c db/database.c)
	target_link_libraries(db_${name} PRIVATE house sql ${ARGN} PkgConfig::GLIB)
	add_test(NAME db/${name} COMMAND db_${name})
	set_tests_properties(db/${name} PROPERTIES LABELS db FIXTURES_REQUIRED database TIMEOUT 600
		ENVIRONMENT "PGSERVICEFILE=${DB_SERVICE};STSREADY_TEST_DATABASE=service=server;TEST_DATA=${PROJECT_SOURCE_DIR}/tests/data")
endfunction()

db_test(look ingest)
db_test(look_plan)
db_test(store ingest)
db_test(reread ingest)
db_test(prune ingest)
db_test(teller alert analyze ingest)
