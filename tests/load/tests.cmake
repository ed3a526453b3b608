# Benchmarks: built with the tests, run by hand (tests/load/README.md), never by ctest: these figures
# depend on the machine.
add_executable(bare_import load/bare_import.c)
target_link_libraries(bare_import PRIVATE house PkgConfig::GLIB PkgConfig::PQ PkgConfig::CJSON
	PkgConfig::ZLIB)
