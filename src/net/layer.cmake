# Asio's and Beast's own code is compiled once, in beast.cpp, for every room above.
target_compile_definitions(sotto_net PUBLIC BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
                                            BOOST_ASIO_NO_DEPRECATED)
target_link_libraries(sotto_net PUBLIC Boost::headers Threads::Threads PRIVATE OpenSSL::SSL OpenSSL::Crypto ${sotto_wslay_library})
target_include_directories(sotto_net PRIVATE ${sotto_wslay_include_dir})
# UBSan multiplies the compile time of what instantiates Beast, and finds nothing of ours there.
set_source_files_properties(net/beast.cpp net/http_codec.cpp PROPERTIES COMPILE_OPTIONS "-fno-sanitize=undefined")
# g++ 12 takes a coroutine frame's own operator delete for the wrong one wherever Asio's frames are inlined.
target_compile_options(sotto_net PUBLIC -Wno-mismatched-new-delete)
