# Benchmarks: built with the tests, run by hand (tests/load/README.md), never by ctest: these figures
# depend on the machine.
# load(NAME LIBRARY...) builds tests/load/NAME.c
function(load name)
	add_executable(${name} load/${name}.c)
	target_link_libraries(${name} PRIVATE house ${ARGN} Threads::Threads)
endfunction()

pkg_check_modules(SSL REQUIRED IMPORTED_TARGET openssl)
load(bare_import PkgConfig::GLIB PkgConfig::PQ PkgConfig::CJSON PkgConfig::ZLIB)
load(bare_endpoint PkgConfig::GLIB PkgConfig::PQ PkgConfig::CJSON PkgConfig::ZLIB PkgConfig::MHD)
load(bare_check PkgConfig::GLIB PkgConfig::CARES PkgConfig::CURL PkgConfig::UV)
load(post PkgConfig::SSL PkgConfig::ZLIB)
