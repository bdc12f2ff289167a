target_link_libraries(net_tests PRIVATE OpenSSL::Crypto)
