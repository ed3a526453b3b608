# Programs as a user runs them, against real servers of their own.

# e2e(NAME) runs tests/e2e/test_NAME.py, with the Python that Debian's packages of modules are for
function(e2e name)
	add_test(NAME e2e/${name} COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/e2e/test_${name}.py)
	set_tests_properties(e2e/${name} PROPERTIES LABELS e2e TIMEOUT 900
		ENVIRONMENT "STSREADY=$<TARGET_FILE:stsready>;STSREADYD=$<TARGET_FILE:stsreadyd>")
endfunction()

e2e(backtest)
e2e(check)
e2e(check_lab)
e2e(command_line)
e2e(endpoint)
e2e(endpoint_hostile)
e2e(endpoint_kill)
e2e(import)
e2e(import_kill)
e2e(lab)
e2e(pages)
e2e(parse)
e2e(parse_corpus)
e2e(peer_trust)
e2e(proxy)
e2e(sample)
e2e(scenarios)
e2e(watch)
e2e(ways_out)
e2e(web)
e2e(web_hostile)
e2e(web_proxy)

# What delays answers in the lab, see tests/lab/README.md.
add_executable(lab_relay ${CMAKE_CURRENT_SOURCE_DIR}/lab/relay.c)
target_link_libraries(lab_relay PRIVATE house)
set_property(TEST e2e/lab APPEND PROPERTY ENVIRONMENT "LAB_RELAY=$<TARGET_FILE:lab_relay>")

# The endpoint puts reports aside when the database takes longer than two seconds: these tests tell that
# from an answer at once, so nothing else may take the machine meanwhile.
set_tests_properties(e2e/endpoint e2e/endpoint_hostile e2e/endpoint_kill PROPERTIES RUN_SERIAL TRUE)

# Scripts, units and views, which are the same in every preset; and what a browser makes of pages that
# e2e/web and e2e/pages ask for in each.
if(NOT STSREADY_SANITIZE)
	e2e(browser)
	e2e(dashboard_metrics)
	e2e(dashboards)
	e2e(localdb)
	e2e(quickstart)
	e2e(units)
	e2e(views)
endif()
